package io.patienthttp.demo;

import io.patienthttp.demo.headless.HeadlessRun;
import io.patienthttp.demo.headless.RunOptions;
import io.patienthttp.demo.slow.SlowApiAddress;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/** Starts the demo: with its page, or, given {@code --run}, without it for one batch of requests. */
@SpringBootApplication
public class Demo {

    private static final Logger log = LoggerFactory.getLogger(Demo.class);

    /** Exit status of a command line that makes no sense. */
    private static final int USAGE = 2;

    /** Runs the demo. */
    public static void main(String[] args) {
        if (RunOptions.isHeadless(args)) {
            System.exit(runHeadless(args));
        }
        var context = new SpringApplication(Demo.class).run(args);
        log.info(
                "Open {} in a browser",
                context.getBean(SlowApiAddress.class).root().resolve("/"));
    }

    private static int runHeadless(String[] args) {
        RunOptions options;
        try {
            options = RunOptions.parse(args);
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage());
            return USAGE;
        }
        var application = new SpringApplication(Demo.class);
        application.setDefaultProperties(Map.of("server.port", "0", "logging.level.root", "WARN"));
        application.setLogStartupInfo(false);
        try (var context = application.run(args)) {
            return context.getBean(HeadlessRun.class).run(options) ? 0 : 1;
        }
    }
}
