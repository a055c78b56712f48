package org.paretopress.kernels.levels;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The levels of one layer over a (mapped) buffer. Opening reads the header; a payload is checked at its first use.
 * Safe for concurrent readers. Written by {@link LayerFileWriter}.
 */
public final class LayerFile {

    private final String file;
    private final ByteBuffer bytes;
    private final LayerHeader header;
    private final long payloadStart;
    private final Map<String, LayerHeader.Level> levels = new HashMap<>();
    private final Map<String, PackedMatrix> opened = new ConcurrentHashMap<>();

    LayerFile(String file, ByteBuffer bytes, LayerHeader header, long payloadStart) {
        this.file = file;
        this.bytes = bytes;
        this.header = header;
        this.payloadStart = payloadStart;
        header.levels().forEach(level -> levels.put(level.name(), level));
    }

    /**
     * Opens a layer file; nothing is copied.
     *
     * @param file name for errors
     * @param bytes the whole file, from position to limit
     * @throws CorruptLevelException where it is malformed
     */
    public static LayerFile read(String file, ByteBuffer bytes) {
        return new LayerFileReader(new LevelJson()).read(file, bytes);
    }

    /** What the header says. */
    public LayerHeader header() {
        return header;
    }

    /** Names of the levels, by ascending size. */
    public List<String> levels() {
        return header.levels().stream().map(LayerHeader.Level::name).toList();
    }

    /**
     * A level, its checksum verified.
     *
     * @throws IllegalArgumentException for an unknown name, listing what exists
     * @throws CorruptLevelException where the payload is not what was written
     */
    public PackedMatrix level(String name) {
        LayerHeader.Level level = levels.get(name);
        if (level == null) {
            throw new IllegalArgumentException("Layer " + header.layer() + " has no level \"" + name + "\" in " + file
                    + ".\nMaybe one of " + levels() + ".");
        }
        return opened.computeIfAbsent(name, unused -> open(level));
    }

    private PackedMatrix open(LayerHeader.Level level) {
        long start = payloadStart + level.offset();
        ByteBuffer payload = bytes.slice((int) start, (int) level.length());
        long crc32c = LayerFormat.crc32c(payload);
        if (crc32c != level.crc32c()) {
            throw new CorruptLevelException(
                    file,
                    start,
                    String.format(
                            "level \"%s\" has checksum %08x, expected %08x", level.name(), crc32c, level.crc32c()),
                    "the disk or a copy damaged it");
        }
        try {
            return decode(level, payload);
        } catch (IllegalArgumentException e) {
            throw new CorruptLevelException(
                    file, start, e.getMessage().lines().findFirst().orElse(""), "another program wrote it", e);
        }
    }

    private PackedMatrix decode(LayerHeader.Level level, ByteBuffer payload) {
        int rows = header.rows();
        int columns = header.columns();
        if (!level.layout().level(rows, columns).equals(level.name())
                || level.layout().bits(rows, columns) != level.bits()) {
            throw new IllegalArgumentException("level \"" + level.name() + "\" of " + level.bits()
                    + " bits is not what its layout says: " + level.layout());
        }
        return level.layout().view(rows, columns, payload);
    }
}
