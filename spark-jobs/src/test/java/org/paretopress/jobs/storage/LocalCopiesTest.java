package org.paretopress.jobs.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.attribute.FileTime;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.paretopress.jobs.InputException;

/** Remote folders come near once, and again when they change; local ones stay where they are. */
class LocalCopiesTest {

    /** The local disk under a scheme that is not {@code file}: as good as remote. */
    public static final class Elsewhere extends RawLocalFileSystem {

        @Override
        public URI getUri() {
            return URI.create("elsewhere:///");
        }

        @Override
        public String getScheme() {
            return "elsewhere";
        }
    }

    @TempDir
    private java.nio.file.Path folder;

    private java.nio.file.Path source;
    private java.nio.file.Path cache;
    private LocalCopies copies;

    @BeforeEach
    void makeAFolder() throws IOException {
        source = Files.createDirectory(folder.resolve("source"));
        cache = folder.resolve("cache");
        Files.writeString(source.resolve("a.json"), "first");
        Files.createDirectory(source.resolve("below"));
        Configuration configuration = new Configuration();
        configuration.setClass("fs.elsewhere.impl", Elsewhere.class, org.apache.hadoop.fs.FileSystem.class);
        copies = new LocalCopies(new Storage(configuration), cache);
    }

    @Test
    void aLocalFolderIsItself() {
        assertThat(copies.of(new Path(source.toUri()))).isEqualTo(source);
        assertThat(cache).doesNotExist();
    }

    @Test
    void aRemoteFolderIsCopiedOnce() throws IOException {
        java.nio.file.Path copy = copies.of(remote());
        assertThat(copy).hasParent(cache);
        assertThat(copy.resolve("a.json")).hasContent("first");
        Files.writeString(copy.resolve("a.json"), "marked");
        assertThat(copies.of(remote())).isEqualTo(copy);
        assertThat(copy.resolve("a.json")).hasContent("marked");
        try (var files = Files.list(cache)) {
            assertThat(files).as("no half copies").containsExactly(copy);
        }
    }

    @Test
    void aChangedFolderIsCopiedAnew() throws IOException {
        java.nio.file.Path before = copies.of(remote());
        Files.writeString(source.resolve("a.json"), "other");
        Files.setLastModifiedTime(source.resolve("a.json"), FileTime.fromMillis(1_000_000_000_000L));
        java.nio.file.Path after = copies.of(remote());
        assertThat(after).isNotEqualTo(before);
        assertThat(after.resolve("a.json")).hasContent("other");
        assertThat(before.resolve("a.json")).hasContent("first");
    }

    @Test
    void aMissingFolderIsNamed() {
        Path missing = new Path("elsewhere://" + folder.resolve("nothing"));
        assertThatThrownBy(() -> copies.of(missing))
                .isInstanceOf(InputException.class)
                .hasMessageContaining(missing.toString());
    }

    private Path remote() {
        return new Path("elsewhere://" + source);
    }
}
