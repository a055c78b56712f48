package org.paretopress.kernels.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OwnFolderTest {

    @TempDir
    private Path folder;

    @Test
    void theCacheIsNamedForTheUser() {
        String user = System.getProperty("user.name");
        assumeTrue(user.matches("\\w+"), "a name that no folder can have is changed");
        assertThat(OwnFolder.cache())
                .isEqualTo(Path.of(System.getProperty("java.io.tmpdir"), "paretopress-cache-" + user));
    }

    @Test
    void whatIsMadeIsForTheOwnerAloneAndEmpty() throws IOException {
        assumeTrue(folder.getFileSystem().supportedFileAttributeViews().contains("posix"));
        Path made = folder.resolve("some/new");
        OwnFolder.make(made);
        OwnFolder.make(made);
        for (Path each : new Path[] {made, made.getParent()}) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(each)))
                    .isEqualTo("rwx------");
        }
        assertThat(made).isEmptyDirectory();
    }

    @Test
    void aFolderOfSomebodyElseIsRefused() throws IOException {
        Path theirs = somebodyElses();
        assertThatThrownBy(() -> OwnFolder.make(theirs))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(theirs + " belongs to " + Files.getOwner(theirs) + ", who")
                .hasMessageContaining("\nMaybe delete it");
    }

    /** Root gives one away; others are guests where temporary files lie. */
    private Path somebodyElses() throws IOException {
        Path given = Files.createDirectory(folder.resolve("given"));
        try {
            Files.setOwner(
                    given, given.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName("nobody"));
            return given;
        } catch (FileSystemException e) {
            assumeFalse(Files.getOwner(folder.getParent()).equals(Files.getOwner(folder)), "all folders are one's own");
            return folder.getParent();
        }
    }
}
