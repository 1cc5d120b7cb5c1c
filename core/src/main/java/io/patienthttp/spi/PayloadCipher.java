package io.patienthttp.spi;

import org.jspecify.annotations.Nullable;

/**
 * Seals what is stored, so that neither the database nor a payload store shows it (parity 68 to 70). Where there is no
 * cipher, values are stored as they are.
 *
 * <p>Whoever reads has the keys of whoever wrote: with several keys, a new one is made known to all processes before the
 * first one seals with it.
 *
 * <p>Safe for all threads. Called by threads of the application and of Patient HTTP for each request; may take
 * milliseconds. A cipher that asks a key service throws {@link io.patienthttp.StorageException} while it cannot reach it,
 * and is then asked again later.
 */
public interface PayloadCipher {

    /**
     * Seals a value. Neither changes the arrays nor keeps them.
     *
     * @param associatedData where the value belongs, such as row and column. Not stored with it: {@link #open} gets it
     *     again, and must fail if it is another one
     * @return all that {@link #open} needs besides the key, such as key id and nonce
     */
    byte[] seal(byte[] value, byte[] associatedData);

    /**
     * Opens what {@link #seal} returned, in any process and after any number of restarts. Neither changes the arrays nor
     * keeps them.
     *
     * @throws UnsealException if it cannot be opened
     */
    byte[] open(byte[] sealed, byte[] associatedData);

    /** Why a value cannot be opened. */
    final class UnsealException extends RuntimeException {

        private static final long serialVersionUID = 1L;

        private final Reason reason;

        /** A failure to open a value; the message shows neither value nor key, but may name the id of a key. */
        public UnsealException(Reason reason, String message, @Nullable Throwable cause) {
            super(message, cause);
            this.reason = reason;
        }

        /** What is wrong, and so whether another process may be able to open it. */
        public Reason reason() {
            return reason;
        }

        /** What is wrong. */
        public enum Reason {
            /** This process does not have the key; another one may. */
            UNKNOWN_KEY,
            /** It was changed, cut off or moved from where it belongs, or was never sealed by this cipher. */
            DAMAGED
        }
    }
}
