package org.paretopress.kernels;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;

/** Reference material that lies beside a developer's checkout; a test that needs it is skipped where it is not. */
public final class Shared {

    private Shared() {}

    /** The repository's root. */
    public static Path repository() {
        return Path.of(System.getProperty("repository.root", ".."))
                .toAbsolutePath()
                .normalize();
    }

    /** A file or folder below {@code ../shared}, or the end of the test. */
    public static Path path(String relative) {
        Path path = repository().resolveSibling("shared").resolve(relative);
        assumeTrue(Files.exists(path), () -> "skipped: " + path + " is not there");
        return path;
    }
}
