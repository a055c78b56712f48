package org.paretopress.kernels.export;

import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.paretopress.kernels.model.DataType;
import org.paretopress.kernels.model.GgufFile;
import org.paretopress.kernels.model.TensorType;

/** Writes a GGUF file of version 3, a tensor at a time, so that no more than one is in memory. */
final class GgufWriter {

    private static final int ARRAY = 9;

    private final ByteArrayOutputStream header = new ByteArrayOutputStream();

    private GgufWriter() {}

    /**
     * Writes a file whose tensors lie in the given order, each at a multiple of {@link GgufFile#DEFAULT_ALIGNMENT} bytes.
     *
     * @param metadata values by key: {@code Integer} (unsigned), {@code Float}, {@code Boolean}, {@code String}, or an array
     *     {@code String[]}, {@code float[]}, {@code int[]}
     */
    static void write(Path path, Map<String, Object> metadata, List<TensorEntry> entries) throws IOException {
        byte[] header = new GgufWriter().header(metadata, entries);
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(path), 1 << 20);
                WritableByteChannel channel = Channels.newChannel(out)) {
            out.write(header);
            out.write(new byte[padding(header.length)]);
            for (TensorEntry entry : entries) {
                entry.contents().writeTo(channel);
                out.write(new byte[padding(entry.sizeInBytes())]);
            }
        }
    }

    /** Bytes up to the next multiple of the alignment. */
    private static int padding(long length) {
        return (int) Math.floorMod(-length, GgufFile.DEFAULT_ALIGNMENT);
    }

    private byte[] header(Map<String, Object> metadata, List<TensorEntry> entries) {
        u32(GgufFile.MAGIC);
        u32(GgufFile.VERSION);
        u64(entries.size());
        u64(metadata.size());
        metadata.forEach((key, value) -> {
            string(key);
            value(value);
        });
        long offset = 0;
        for (TensorEntry entry : entries) {
            string(entry.name());
            u32(entry.shape().size());
            for (int i = entry.shape().size() - 1; i >= 0; i--) { // the fastest dimension first
                u64(entry.shape().get(i));
            }
            u32(id(entry.type()));
            u64(offset);
            offset += entry.sizeInBytes() + padding(entry.sizeInBytes());
        }
        return header.toByteArray();
    }

    private static int id(TensorType type) {
        if (type instanceof TensorType.Blocks blocks) {
            return blocks.type().id();
        }
        return switch ((DataType) type) {
            case F32 -> 0;
            case F16 -> 1;
            case BF16 -> 30;
        };
    }

    private void value(Object value) {
        if (value instanceof String[] texts) {
            array(8, texts.length);
            for (String text : texts) {
                string(text);
            }
        } else if (value instanceof float[] numbers) {
            array(6, numbers.length);
            for (float number : numbers) {
                u32(Float.floatToRawIntBits(number));
            }
        } else if (value instanceof int[] numbers) {
            array(5, numbers.length);
            for (int number : numbers) {
                u32(number);
            }
        } else {
            single(value);
        }
    }

    private void single(Object value) {
        if (value instanceof Integer number) {
            u32(4);
            u32(number);
        } else if (value instanceof Float number) {
            u32(6);
            u32(Float.floatToRawIntBits(number));
        } else if (value instanceof Boolean flag) {
            u32(7);
            header.write(flag ? 1 : 0);
        } else {
            u32(8);
            string((String) value);
        }
    }

    private void array(int type, int length) {
        u32(ARRAY);
        u32(type);
        u64(length);
    }

    private void string(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        u64(bytes.length);
        header.writeBytes(bytes);
    }

    private void u32(int number) {
        header.writeBytes(ByteBuffer.allocate(Integer.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(number)
                .array());
    }

    private void u64(long number) {
        header.writeBytes(ByteBuffer.allocate(Long.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(number)
                .array());
    }
}
