package org.paretopress.kernels.cuda;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Optional;
import org.paretopress.kernels.ops.OwnFolder;

/**
 * A folder with machine code that was compiled once. Behind the code stands its SHA-256, since a driver that is given half a file reads
 * beyond its end. Whatever cannot be kept or read again is not there, nor is what lies in somebody else's folder.
 */
record KeptCode(Path folder) {

    private static final int HASH_BYTES = 32;

    /** What was kept under a name, if it is whole. */
    Optional<byte[]> read(String name) {
        try {
            OwnFolder.make(folder);
            byte[] file = Files.readAllBytes(file(name));
            byte[] code = Arrays.copyOf(file, Math.max(0, file.length - HASH_BYTES));
            byte[] hash = Arrays.copyOfRange(file, code.length, file.length);
            return Arrays.equals(hash, hash(code)) ? Optional.of(code) : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    void write(String name, byte[] code) {
        try {
            OwnFolder.make(folder);
            Path partial = Files.createTempFile(folder, "partial", ".cubin");
            try {
                byte[] file = Arrays.copyOf(code, code.length + HASH_BYTES);
                System.arraycopy(hash(code), 0, file, code.length, HASH_BYTES);
                Files.write(partial, file);
                Files.move(partial, file(name), StandardCopyOption.ATOMIC_MOVE);
            } finally {
                Files.deleteIfExists(partial);
            }
        } catch (IOException e) {
            // the next process compiles again
        }
    }

    private Path file(String name) {
        return folder.resolve(name + ".cubin");
    }

    private static byte[] hash(byte[] code) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(code);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
