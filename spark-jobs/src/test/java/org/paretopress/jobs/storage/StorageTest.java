package org.paretopress.jobs.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.paretopress.jobs.InputException;

/** Files are replaced as a whole and listed in one order. */
class StorageTest {

    private final Storage storage = new Storage(new Configuration());

    @TempDir
    private java.nio.file.Path folder;

    @Test
    void writingReplacesAndLeavesNothingElse() throws IOException {
        Path file = path("deep/er/file.json");
        assertThat(storage.exists(file)).isFalse();
        storage.writeText(file, "a long first text");
        storage.writeText(file, "ä short one");
        assertThat(storage.readText(file)).isEqualTo("ä short one");
        assertThat(Files.readString(folder.resolve("deep/er/file.json"))).isEqualTo("ä short one");
        try (var files = Files.list(folder.resolve("deep/er"))) {
            assertThat(files.map(f -> f.getFileName().toString())).containsExactly("file.json");
        }
    }

    @Test
    void aWriteThatFailsLeavesWhatWasThere() throws IOException {
        Files.createDirectories(folder.resolve("target/full"));
        assertThatThrownBy(() -> storage.writeText(path("target"), "over a folder"))
                .isInstanceOf(RuntimeException.class);
        try (var files = Files.list(folder)) {
            assertThat(files.map(f -> f.getFileName().toString())).containsExactly("target");
        }
        assertThat(folder.resolve("target/full")).isDirectory();
    }

    @Test
    void listsAndGlobsAreSorted() throws IOException {
        for (String name : List.of("c.txt", "a.txt", "b.txt", "d.md")) {
            Files.writeString(folder.resolve(name), name);
        }
        Files.createDirectory(folder.resolve("aa.txt"));
        assertThat(storage.list(path("")))
                .extracting(status -> status.getPath().getName())
                .containsExactly("a.txt", "aa.txt", "b.txt", "c.txt", "d.md");
        assertThat(storage.glob("text", folder + "/*.txt"))
                .extracting(Path::getName)
                .containsExactly("a.txt", "b.txt", "c.txt");
        assertThat(storage.glob("text", folder + "/d.md")).hasSize(1);
        assertThat(storage.list(path("missing"))).isEmpty();
    }

    @Test
    void aGlobWithoutFilesIsNamed() {
        assertThatThrownBy(() -> storage.glob("holdout.text", folder + "/*.txt"))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("holdout.text")
                .hasMessageContaining(folder + "/*.txt");
    }

    @Test
    void pathsHaveTheirScheme() {
        assertThat(storage.qualified("/tmp/x").toString()).isEqualTo("file:/tmp/x");
        assertThat(storage.qualified("x").isAbsolute()).isTrue();
        assertThatThrownBy(() -> storage.qualified("gopher://host/x"))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("gopher://host/x");
    }

    @Test
    void foldersAreDeletedWhole() throws IOException {
        Files.createDirectories(folder.resolve("a/b"));
        Files.writeString(folder.resolve("a/b/c"), "x");
        storage.delete(path("a"));
        storage.delete(path("a"));
        assertThat(folder.resolve("a")).doesNotExist();
    }

    private Path path(String relative) {
        return new Path(folder.resolve(relative).toUri());
    }
}
