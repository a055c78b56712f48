package org.paretopress.kernels.ops;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;

/** Folders that one user of a machine writes to and nobody else: what is found there can be trusted as what was put there. */
public final class OwnFolder {

    private OwnFolder() {}

    /** Where this user's processes keep what need not be made or copied again; it may not be there yet. */
    public static Path cache() {
        String user = System.getProperty("user.name").replaceAll("[^\\w.-]", "_");
        return Path.of(System.getProperty("java.io.tmpdir"), "paretopress-cache-" + user);
    }

    /**
     * Makes a folder for its owner alone, where the file system knows owners, unless it is there.
     *
     * @throws IOException where there can be none, or where it belongs to somebody else
     */
    public static void make(Path folder) throws IOException {
        if (folder.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            Files.createDirectories(
                    folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        } else {
            Files.createDirectories(folder);
        }
        Path own = Files.createTempFile(folder, "own", ".tmp");
        try {
            UserPrincipal owner = Files.getOwner(folder, LinkOption.NOFOLLOW_LINKS);
            if (!owner.equals(Files.getOwner(own))) {
                throw new IOException(folder + " belongs to " + owner.getName() + ", who may put anything there."
                        + "\nMaybe delete it, or name another folder for temporary files (java.io.tmpdir).");
            }
        } finally {
            Files.delete(own);
        }
    }
}
