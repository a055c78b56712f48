package org.paretopress.kernels.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Code is read as it was written, or not at all. */
class KeptCodeTest {

    private final byte[] code = new byte[300];

    @TempDir
    private Path folder;

    KeptCodeTest() {
        new Random(1).nextBytes(code);
    }

    private Path keptFile() {
        new KeptCode(folder).write("kernels-1", code);
        return folder.resolve("kernels-1.cubin");
    }

    @Test
    void whatWasWrittenIsReadByAnother() {
        KeptCode kept = new KeptCode(folder.resolve("made/when/needed"));
        assertThat(kept.read("kernels-1")).isEmpty();
        kept.write("kernels-1", code);
        assertThat(new KeptCode(kept.folder()).read("kernels-1")).contains(code);
        assertThat(kept.read("kernels-2")).isEmpty();
    }

    @Test
    void aFileThatWasCutOffIsNotThere() throws IOException {
        Path file = keptFile();
        byte[] whole = Files.readAllBytes(file);
        for (int length = 0; length < whole.length; length++) {
            Files.write(file, Arrays.copyOf(whole, length));
            assertThat(new KeptCode(folder).read("kernels-1")).isEmpty();
        }
    }

    @Test
    void aFileWithAnotherByteIsNotThereUntilItIsWrittenAgain() throws IOException {
        Path file = keptFile();
        byte[] whole = Files.readAllBytes(file);
        for (int at = 0; at < whole.length; at++) {
            byte[] damaged = whole.clone();
            damaged[at] ^= 4;
            Files.write(file, damaged);
            assertThat(new KeptCode(folder).read("kernels-1")).isEmpty();
        }
        assertThat(Files.readAllBytes(keptFile())).isEqualTo(whole);
    }

    @Test
    void whatLiesInAFolderOfSomebodyElseIsNotThere() throws IOException {
        keptFile();
        assertThat(new KeptCode(folder).read("kernels-1")).isPresent();
        try {
            Files.setOwner(
                    folder,
                    folder.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName("nobody"));
        } catch (FileSystemException e) {
            abort("only root can give a folder away");
        }
        assertThat(new KeptCode(folder).read("kernels-1")).isEmpty();
        new KeptCode(folder).write("kernels-2", code);
        assertThat(folder.resolve("kernels-2.cubin")).doesNotExist();
    }

    @Test
    void nothingIsLeftBesideTheFile() throws IOException {
        keptFile();
        Path taken = Files.createFile(folder.resolve("taken"));
        new KeptCode(taken).write("kernels-1", code); // no folder: nobody can write there
        try (var files = Files.list(folder)) {
            assertThat(files).containsExactlyInAnyOrder(folder.resolve("kernels-1.cubin"), taken);
        }
    }
}
