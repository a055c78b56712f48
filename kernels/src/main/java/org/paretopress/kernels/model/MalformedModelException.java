package org.paretopress.kernels.model;

import java.nio.file.Path;

/** A model that cannot be used as it is: names the file, where in it, what was found, and a likely remedy. */
public final class MalformedModelException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** A finding about a file as a whole. */
    public MalformedModelException(Path path, String reason, String remedy) {
        super(path + ": " + reason + "\nMaybe " + remedy);
    }

    /** A finding at a byte of a file. */
    public MalformedModelException(Path path, long offset, String reason, String remedy) {
        super(path + " at byte " + offset + ": " + reason + "\nMaybe " + remedy);
    }
}
