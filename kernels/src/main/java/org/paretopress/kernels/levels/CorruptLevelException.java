package org.paretopress.kernels.levels;

/** A layer file or manifest that cannot be what was written: cut, changed, of another version, or of another run. */
public final class CorruptLevelException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** What mends every such file, whatever happened to it. */
    private static final String REPAIR = "levels CONFIG --repair builds it again";

    private final String file;
    private final long offset;

    /**
     * @param file name of the file
     * @param offset byte in the file where the trouble starts
     * @param reason what is wrong, with the value found
     * @param likely what may have happened; continues the line that starts "Maybe", which ends with the repair
     */
    public CorruptLevelException(String file, long offset, String reason, String likely) {
        this(file, offset, reason, likely, null);
    }

    /** As above, with the exception that revealed the trouble. */
    public CorruptLevelException(String file, long offset, String reason, String likely, Throwable cause) {
        super(
                file + " is corrupt at byte " + offset + ": " + reason + ".\nMaybe " + likely + "; " + REPAIR + ".",
                cause);
        this.file = file;
        this.offset = offset;
    }

    /** Name of the file. */
    public String file() {
        return file;
    }

    /** Byte in the file where the trouble starts. */
    public long offset() {
        return offset;
    }
}
