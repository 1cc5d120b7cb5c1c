package io.patienthttp.benchmarks.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.patienthttp.benchmarks.machine.Proc.Stat;
import java.lang.management.ManagementFactory;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProcTest {

    @Test
    void cpuIsReadFromFields14To17WhateverTheProgramIsCalled() {
        var stat = Stat.parse("4711 (post) gres: x) S 17 1 1 0 -1 4194560 1 2 3 4 120 30 70 5 20 0 1 0 99");

        assertThat(stat).isEqualTo(new Stat(17, 1_500, 750));
    }

    @Test
    void cpuOfThisProcessIsWhatTheVirtualMachineSaysItIs() {
        var bean = (com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

        long millis = Proc.cpuMillis(ProcessHandle.current().pid());

        assertThat(millis).isPositive().isCloseTo(bean.getProcessCpuTime() / 1_000_000, within(200L));
    }

    @Test
    void cpuOfChildrenCountsWhileTheyRunAndAfterTheyEnded() throws Exception {
        // The shell's child burns CPU and ends; told to, a second one burns, and is running when it is looked at.
        var shell = new ProcessBuilder(
                        "sh",
                        "-c",
                        "(i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done); echo ended; read go;"
                                + " (i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done; echo burnt; sleep 60)& wait")
                .start();
        try (var output = shell.inputReader()) {
            output.readLine();
            long afterEnded = Proc.cpuMillisWithChildren(shell.pid());
            shell.outputWriter().append("go\n").flush();
            output.readLine();
            long whileRunning = Proc.cpuMillisWithChildren(shell.pid());

            assertThat(afterEnded).isGreaterThan(50);
            assertThat(whileRunning).isGreaterThan(afterEnded + 50);
            assertThat(Proc.cpuMillis(shell.pid())).isLessThan(afterEnded);
        } finally {
            shell.descendants().forEach(ProcessHandle::destroyForcibly);
            shell.destroyForcibly();
        }
    }

    @Test
    void memoryIsReadInMegabytes() {
        var status = List.of("Name:\tjava", "VmHWM:\t  204800 kB", "RssAnon:\t  1024 kB");

        assertThat(Proc.megabytes(status, "VmHWM")).isEqualTo(200);
        assertThat(Proc.megabytes(status, "RssAnon")).isEqualTo(1);
    }
}
