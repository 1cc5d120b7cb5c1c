package io.patienthttp.payload;

import io.patienthttp.StorageException;
import io.patienthttp.spi.PayloadStore;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Payloads as files in one directory, for development: all processes must see the same directory. A payload is written to
 * a file beside its place, forced to the disk and then moved there, so that it is there entirely or not at all. Where
 * the file system knows owners, only ours may read it.
 *
 * <p>The name of a file is the key, with {@code _} for each slash; other files are left alone. Ages are those of the
 * files, by the clock of this host. A listing reads the whole directory for each page of 1,000.
 */
public final class FilePayloadStore implements PayloadStore {

    private static final Pattern KEY = Pattern.compile("[A-Za-z0-9-]+(/[A-Za-z0-9-]+)*");
    private static final String UNFINISHED = ".tmp";
    private static final int PAGE = 1000;
    private static final int PIECE = 64 * 1024;

    private final Path directory;
    private final boolean posix;

    /**
     * A store in that directory, which is created if it is not there.
     *
     * @throws StorageException if that fails
     */
    public FilePayloadStore(Path directory) {
        this.directory = directory.toAbsolutePath();
        this.posix = directory.getFileSystem().supportedFileAttributeViews().contains("posix");
        attempt(
                "create the directory of payloads " + this.directory,
                () -> Files.createDirectories(this.directory, readableByOwner("rwx------")));
    }

    /** {@code file}. */
    @Override
    public String name() {
        return "file";
    }

    @Override
    public void store(String key, byte[] payload) {
        var place = place(key);
        var unfinished = unfinished(place);
        attempt("store payload " + key, () -> {
            try (var file = FileChannel.open(
                    unfinished,
                    Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                    readableByOwner("rw-------"))) {
                inPieces(payload, file::write);
                file.force(true);
            }
            Files.move(unfinished, place, StandardCopyOption.ATOMIC_MOVE);
            return forceDirectory();
        });
    }

    /** The move is on the disk only when the directory is; Windows has no way to say so, and needs none. */
    private boolean forceDirectory() throws IOException {
        if (posix) {
            try (var opened = FileChannel.open(directory, StandardOpenOption.READ)) {
                opened.force(true);
            }
        }
        return posix;
    }

    @Override
    public Optional<byte[]> fetch(String key) {
        var place = place(key);
        return attempt("fetch payload " + key, () -> {
            try (var file = FileChannel.open(place, StandardOpenOption.READ)) {
                var payload = new byte[Math.toIntExact(file.size())];
                inPieces(payload, file::read);
                return Optional.of(payload);
            } catch (NoSuchFileException e) {
                requireDirectory(e);
                return Optional.empty();
            }
        });
    }

    @Override
    public void delete(String key) {
        var place = place(key);
        attempt("delete payload " + key, () -> {
            Files.deleteIfExists(unfinished(place));
            if (!Files.deleteIfExists(place)) {
                requireDirectory(new NoSuchFileException(directory.toString()));
            }
            return key;
        });
    }

    /** A directory that is gone, such as one that is not mounted, says nothing about a payload. */
    private void requireDirectory(NoSuchFileException e) throws NoSuchFileException {
        if (!Files.isDirectory(directory)) {
            throw e;
        }
    }

    @Override
    public Page list(String prefix, @Nullable String cursor) {
        return attempt("list payloads below " + prefix, () -> {
            var after = keys(prefix).tailSet(cursor == null ? "" : cursor, false);
            var now = Instant.now();
            var payloads = new ArrayList<StoredPayload>();
            for (var key : after) {
                if (payloads.size() == PAGE) {
                    return new Page(payloads, payloads.get(PAGE - 1).key());
                }
                var age = Duration.between(changed(place(key)).orElse(now), now);
                payloads.add(new StoredPayload(key, age.isNegative() ? Duration.ZERO : age));
            }
            return new Page(payloads, null);
        });
    }

    /** Of finished payloads, and of those whose write was cut off. */
    private TreeSet<String> keys(String prefix) throws IOException {
        var keys = new TreeSet<String>();
        try (var files = Files.newDirectoryStream(directory)) {
            for (var file : files) {
                var name = file.getFileName().toString();
                var end = name.length() - (name.endsWith(UNFINISHED) ? UNFINISHED.length() : 0);
                var key = name.substring(0, end).replace('_', '/');
                if (key.startsWith(prefix) && KEY.matcher(key).matches()) {
                    keys.add(key);
                }
            }
        }
        return keys;
    }

    /** Empty if it was deleted, or moved, since it was listed. */
    private static Optional<Instant> changed(Path place) throws IOException {
        for (var file : new Path[] {place, unfinished(place)}) {
            try {
                return Optional.of(Files.getLastModifiedTime(file).toInstant());
            } catch (NoSuchFileException e) {
                // The other one.
            }
        }
        return Optional.empty();
    }

    private Path place(String key) {
        if (!KEY.matcher(key).matches()) {
            throw new IllegalArgumentException(
                    "key must be letters, digits and hyphens, joined by slashes, was \"" + key + "\"");
        }
        return directory.resolve(key.replace('/', '_'));
    }

    private static Path unfinished(Path place) {
        return place.resolveSibling(place.getFileName() + UNFINISHED);
    }

    /** A channel copies what it is given into memory outside the heap, which each thread keeps. */
    private static void inPieces(byte[] payload, Piece piece) throws IOException {
        for (int done = 0; done < payload.length; ) {
            int count = piece.transfer(ByteBuffer.wrap(payload, done, Math.min(PIECE, payload.length - done)));
            if (count < 0) {
                throw new EOFException("the file has become shorter than " + payload.length + " bytes");
            }
            done += count;
        }
    }

    private FileAttribute<?>[] readableByOwner(String permissions) {
        return posix
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
                }
                : new FileAttribute<?>[0];
    }

    private static <T> T attempt(String tried, Action<T> action) {
        try {
            return action.run();
        } catch (IOException | DirectoryIteratorException e) {
            throw StorageException.unavailable(tried, e);
        }
    }

    /** Reads or writes some of a buffer. */
    @FunctionalInterface
    private interface Piece {

        int transfer(ByteBuffer part) throws IOException;
    }

    /** Something that needs the disk. */
    @FunctionalInterface
    private interface Action<T> {

        T run() throws IOException;
    }
}
