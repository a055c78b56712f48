package org.paretopress.kernels.levels;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Opens layer files: checks everything but the payloads' own bytes. */
final class LayerFileReader {

    private static final String CUT = "the file was cut while it was written or copied";

    private final LevelJson json;

    LayerFileReader(LevelJson json) {
        this.json = json;
    }

    LayerFile read(String file, ByteBuffer source) {
        ByteBuffer bytes = source.slice().order(ByteOrder.LITTLE_ENDIAN);
        int headerLength = requirePreamble(file, bytes);
        byte[] text = new byte[headerLength];
        bytes.get(LayerFormat.HEADER_AT, text);
        LayerHeader header = json.read(text, LayerHeader.class, file, LayerFormat.HEADER_AT);
        long payloadStart = LayerFormat.align(LayerFormat.HEADER_AT + (long) headerLength);
        requireZeros(file, bytes, LayerFormat.HEADER_AT + (long) headerLength, payloadStart);
        requirePayloads(file, bytes, header, payloadStart);
        return new LayerFile(file, bytes, header, payloadStart);
    }

    private static int requirePreamble(String file, ByteBuffer bytes) {
        if (bytes.limit() < LayerFormat.HEADER_AT) {
            throw new CorruptLevelException(file, bytes.limit(), "it ends within the first fields", CUT);
        }
        if (bytes.getLong(0) != LayerFormat.MAGIC) {
            throw new CorruptLevelException(
                    file,
                    0,
                    String.format("magic is %016x, expected %016x", bytes.getLong(0), LayerFormat.MAGIC),
                    "it is not a layer file");
        }
        int version = bytes.getInt(LayerFormat.VERSION_AT);
        if (version != LayerFormat.VERSION) {
            throw new CorruptLevelException(
                    file,
                    LayerFormat.VERSION_AT,
                    "format version is " + version + ", this program reads " + LayerFormat.VERSION,
                    "another version of Paretopress wrote it");
        }
        return requireHeaderText(file, bytes);
    }

    private static int requireHeaderText(String file, ByteBuffer bytes) {
        int length = bytes.getInt(LayerFormat.HEADER_LENGTH_AT);
        if (length < 0 || length > bytes.limit() - LayerFormat.HEADER_AT) {
            throw new CorruptLevelException(
                    file,
                    LayerFormat.HEADER_LENGTH_AT,
                    "the header of " + length + " bytes does not fit the file of " + bytes.limit(),
                    CUT);
        }
        int checksum = LayerFormat.headerChecksum(bytes, length);
        int expected = bytes.getInt(LayerFormat.CHECKSUM_AT);
        if (checksum != expected) {
            throw new CorruptLevelException(
                    file,
                    LayerFormat.CHECKSUM_AT,
                    String.format("the header has checksum %08x, expected %08x", checksum, expected),
                    "the disk or a copy damaged it");
        }
        return length;
    }

    private static void requirePayloads(String file, ByteBuffer bytes, LayerHeader header, long payloadStart) {
        long at = payloadStart;
        for (LayerHeader.Level level : header.levels()) {
            long left = bytes.limit() - at;
            if (level.offset() != at - payloadStart || level.length() > left) {
                throw new CorruptLevelException(
                        file,
                        at,
                        "level \"" + level.name() + "\" cannot have " + level.length() + " bytes at payload offset "
                                + level.offset() + "; " + Math.max(0, left) + " are left",
                        CUT);
            }
            long end = at + level.length();
            at = LayerFormat.align(end);
            requireZeros(file, bytes, end, at);
        }
        if (at != bytes.limit()) {
            throw new CorruptLevelException(
                    file, at, (bytes.limit() - at) + " bytes follow the last payload", "another file was appended");
        }
    }

    private static void requireZeros(String file, ByteBuffer bytes, long from, long to) {
        for (long at = from; at < to; at++) {
            if (at >= bytes.limit()) {
                throw new CorruptLevelException(file, bytes.limit(), "it ends within padding", CUT);
            }
            if (bytes.get((int) at) != 0) {
                throw new CorruptLevelException(file, at, "padding is not zero", "the disk or a copy damaged it");
            }
        }
    }
}
