package io.patienthttp.internal.recover;

import io.patienthttp.spi.RequestStore;
import io.patienthttp.spi.Transactions;

/** The store, and transactions of our own to use it in. */
public record Reach(RequestStore store, Transactions transactions) {}
