package io.patienthttp.runtime;

/**
 * Jackson 3 shares its annotations with Jackson 2, and fails with a NoClassDefFoundError if an application's build picks
 * a version before 2.21.
 */
final class Jackson {

    /** Came with 2.21. */
    private static final String NEWEST_ANNOTATION = "com.fasterxml.jackson.annotation.JsonDeserializeAs";

    private Jackson() {}

    static void requireAnnotations() {
        try {
            Class.forName(NEWEST_ANNOTATION, false, Jackson.class.getClassLoader());
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException(
                    "com.fasterxml.jackson.core:jackson-annotations must be 2.21 or later, because Jackson 3 needs it:"
                            + " import io.patienthttp:patient-http-bom, or set its version in your build",
                    e);
        }
    }
}
