package io.patienthttp.faults;

import org.junit.jupiter.api.AfterAll;

/** Prints the table of results after the class. */
interface PrintsTable {

    @AfterAll
    static void printTable() {
        System.out.println(FaultTable.markdown());
    }
}
