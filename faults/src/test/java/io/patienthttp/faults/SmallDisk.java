package io.patienthttp.faults;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A file system of 16 MiB in memory, which can be filled. */
final class SmallDisk implements AutoCloseable {

    private final Path mount;

    private SmallDisk(Path mount) {
        this.mount = mount;
    }

    /** Mounts it, which only root may; otherwise the test is skipped. */
    static SmallDisk mount() throws IOException, InterruptedException {
        var mount = Files.createTempDirectory("faults-disk");
        boolean mounted = run("mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", mount.toString()) == 0;
        if (!mounted) {
            System.out.println("SKIPPED: disk full, because tmpfs cannot be mounted");
        }
        assumeTrue(mounted, "tmpfs cannot be mounted");
        Files.createDirectory(mount.resolve("tablespace"));
        return new SmallDisk(mount);
    }

    Path directory() {
        return mount.resolve("tablespace");
    }

    /** Leaves no byte free. */
    void fill() throws IOException {
        try (var file = Files.newOutputStream(mount.resolve("filler"))) {
            while (true) {
                file.write(new byte[4096]);
            }
        } catch (IOException e) {
            if (mount.toFile().getUsableSpace() > 0) {
                throw e;
            }
        }
    }

    void free() throws IOException {
        Files.delete(mount.resolve("filler"));
    }

    @Override
    public void close() throws IOException, InterruptedException {
        run("umount", "-l", mount.toString());
        Files.deleteIfExists(mount);
    }

    private static int run(String... command) throws IOException, InterruptedException {
        return new ProcessBuilder(command).inheritIO().start().waitFor();
    }
}
