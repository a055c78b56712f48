package org.paretopress.kernels.model;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Reads the front part of a GGUF file value by value; what is cut or impossible is an error that says where. */
final class GgufCursor {

    private static final int ARRAY = 9;

    /** More than any vocabulary has. */
    private static final int LONGEST_ARRAY = 1 << 23;

    /** More than any chat template or embedded tokenizer has. */
    private static final int LONGEST_TEXT = 1 << 27;

    private final Path path;
    private final ByteBuffer bytes;

    /** @param bytes little-endian, from the start of the file */
    GgufCursor(Path path, ByteBuffer bytes) {
        this.path = path;
        this.bytes = bytes;
    }

    int position() {
        return bytes.position();
    }

    int remaining() {
        return bytes.remaining();
    }

    long u32() {
        require(Integer.BYTES);
        return Integer.toUnsignedLong(bytes.getInt());
    }

    /** Of 63 bits. */
    long u64() {
        require(Long.BYTES);
        long value = bytes.getLong();
        if (value < 0) {
            throw error("the number " + Long.toUnsignedString(value) + " is impossible.");
        }
        return value;
    }

    /** How many things of at least a byte follow. */
    long count(String what) {
        long count = u64();
        if (count > remaining()) {
            throw error("the file claims " + count + " " + what + ", and has " + remaining() + " bytes left.");
        }
        return count;
    }

    private int count(String what, int most) {
        long count = count(what);
        if (count > most) {
            throw error("the file claims " + count + " " + what + ".");
        }
        return (int) count;
    }

    String string() {
        byte[] text = new byte[count("bytes of a text", LONGEST_TEXT)];
        bytes.get(text);
        return new String(text, StandardCharsets.UTF_8);
    }

    /** A value behind the number of its type; of one in 32 bits the shortest decimal, such as 1e-5, as its author wrote it. */
    Object value() {
        return value((int) u32());
    }

    private Object value(int type) {
        return switch (type) {
            case 0 -> (long) Byte.toUnsignedInt(one());
            case 1 -> (long) one();
            case 2 -> (long) Short.toUnsignedInt(two());
            case 3 -> (long) two();
            case 4 -> u32();
            case 5 -> (long) (int) u32();
            case 6 -> Double.parseDouble(Float.toString(Float.intBitsToFloat((int) u32())));
            case 7 -> one() != 0;
            case 8 -> string();
            case ARRAY -> array();
            case 10 -> u64();
            case 11 -> eight();
            case 12 -> Double.longBitsToDouble(eight());
            default -> throw error("a value of type " + type + " is not known.");
        };
    }

    private List<Object> array() {
        int type = (int) u32();
        if (type == ARRAY) {
            throw error("an array of arrays is not known.");
        }
        int count = count("elements of an array", LONGEST_ARRAY);
        List<Object> values = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            values.add(value(type));
        }
        return values;
    }

    private byte one() {
        require(1);
        return bytes.get();
    }

    private short two() {
        require(Short.BYTES);
        return bytes.getShort();
    }

    private long eight() {
        require(Long.BYTES);
        return bytes.getLong();
    }

    private void require(int count) {
        if (remaining() < count) {
            throw error("the file ends.");
        }
    }

    MalformedModelException error(String reason) {
        return error(reason, "the download or copy was cut: fetch the file again and compare its length.");
    }

    MalformedModelException error(String reason, String remedy) {
        return new MalformedModelException(path, position(), reason, remedy);
    }
}
