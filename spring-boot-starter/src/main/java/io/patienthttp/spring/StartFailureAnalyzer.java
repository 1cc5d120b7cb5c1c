package io.patienthttp.spring;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalyzer;

/** Turns what keeps Patient HTTP from starting into a page that says what to do, instead of a stack trace. */
final class StartFailureAnalyzer implements FailureAnalyzer {

    private static final String JACKSON_ANNOTATIONS = "com.fasterxml.jackson.annotation.";

    @Override
    public @Nullable FailureAnalysis analyze(Throwable failure) {
        for (var cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof StartFailure start) {
                return new FailureAnalysis(start.description(), start.action(), failure);
            }
            if (isOldJackson(cause)) {
                return new FailureAnalysis(
                        "Jackson 3 found com.fasterxml.jackson.core:jackson-annotations of a version before 2.21 on the"
                                + " class path: " + cause.getMessage(),
                        "Use jackson-annotations 2.21 or later: import io.patienthttp:patient-http-bom, remove the"
                                + " version that your build sets (in Maven look at"
                                + " `mvn dependency:tree -Dincludes=com.fasterxml.jackson.core`), or set it to 2.21.",
                        failure);
            }
        }
        return null;
    }

    /** Core says so itself; whatever else uses Jackson 3 may meet it before and fails to link. */
    private static boolean isOldJackson(Throwable cause) {
        var message = String.valueOf(cause.getMessage());
        return cause instanceof LinkageError
                ? message.replace('/', '.').contains(JACKSON_ANNOTATIONS)
                : cause instanceof IllegalStateException
                        && message.startsWith("com.fasterxml.jackson.core:jackson-annotations");
    }
}
