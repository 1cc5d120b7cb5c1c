package io.patienthttp.readme;

import org.springframework.boot.autoconfigure.SpringBootApplication;

/** The application of the README's examples. */
@SpringBootApplication
class Application {}
