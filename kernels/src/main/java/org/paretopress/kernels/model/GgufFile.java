package org.paretopress.kernels.model;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.paretopress.kernels.ggml.GgmlType;

/**
 * One file in the GGUF format, version 2 or 3: metadata, a list of tensors, and their bytes (specification: docs/gguf.md of ggml).
 *
 * <p>Opening reads all but the weights and checks it against the file's length. Tensors are memory-mapped when they are read.
 */
public final class GgufFile {

    /** The first four bytes, as a little-endian number. */
    public static final int MAGIC = 'G' | 'G' << 8 | 'U' << 16 | 'F' << 24;

    /** The newest version, which this project writes. */
    public static final int VERSION = 3;

    /** Key of the number of bytes of which every tensor's offset is a multiple. */
    public static final String ALIGNMENT = "general.alignment";

    /** Where {@link #ALIGNMENT} is not given. */
    public static final int DEFAULT_ALIGNMENT = 32;

    private static final int OLDEST_VERSION = 2;
    private static final int MOST_DIMENSIONS = 4;
    private static final Map<Integer, TensorType> PLAIN = Map.of(0, DataType.F32, 1, DataType.F16, 30, DataType.BF16);

    private final Path path;
    private final Map<String, Object> metadata = new LinkedHashMap<>();
    private final Map<String, TensorInfo> tensors = new LinkedHashMap<>();

    private GgufFile(Path path) {
        this.path = path;
    }

    /** @throws MalformedModelException if the file is cut or is not a GGUF file */
    public static GgufFile open(Path path) {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            long length = channel.size();
            ByteBuffer start = channel.map(FileChannel.MapMode.READ_ONLY, 0, Math.min(length, Integer.MAX_VALUE));
            GgufFile file = new GgufFile(path);
            file.read(new GgufCursor(path, start.order(ByteOrder.LITTLE_ENDIAN)), length);
            return file;
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read " + path, e);
        }
    }

    private void read(GgufCursor cursor, long length) {
        if (cursor.remaining() < Integer.BYTES || cursor.u32() != MAGIC) {
            throw new MalformedModelException(path, 0, "this is not a GGUF file.", "the path is misspelt.");
        }
        long version = cursor.u32();
        if (version < OLDEST_VERSION || version > VERSION) {
            throw new MalformedModelException(
                    path,
                    Integer.BYTES,
                    "GGUF version " + version + " is not known; 2 and 3 are.",
                    "the file was written for a machine of the other byte order, or by a newer program.");
        }
        long count = cursor.count("tensors");
        long entries = cursor.count("metadata entries");
        for (long i = 0; i < entries; i++) {
            String key = cursor.string();
            metadata.put(key, cursor.value());
        }
        List<TensorInfo> relative = new ArrayList<>();
        for (long i = 0; i < count; i++) {
            relative.add(tensor(cursor));
        }
        long data = aligned(cursor.position());
        relative.forEach(info -> enter(info, data, length));
    }

    /** The next multiple of the file's alignment. */
    private long aligned(long position) {
        long alignment = metadata.get(ALIGNMENT) instanceof Long given ? given : DEFAULT_ALIGNMENT;
        if (alignment < 1) {
            throw new MalformedModelException(
                    path, ALIGNMENT + " = " + alignment + " is impossible.", "another tool wrote it wrongly.");
        }
        return (position + alignment - 1) / alignment * alignment;
    }

    private static TensorInfo tensor(GgufCursor cursor) {
        String name = cursor.string();
        long dimensions = cursor.u32();
        if (dimensions > MOST_DIMENSIONS) {
            throw cursor.error("tensor " + name + " has " + dimensions + " dimensions.");
        }
        List<Long> shape = new ArrayList<>();
        for (long i = 0; i < dimensions; i++) {
            shape.add(cursor.u64());
        }
        Collections.reverse(shape);
        long type = cursor.u32();
        return new TensorInfo(name, type(cursor, name, type), shape, cursor.u64());
    }

    private static TensorType type(GgufCursor cursor, String name, long id) {
        TensorType plain = PLAIN.get((int) id);
        return plain != null
                ? plain
                : Stream.of(GgmlType.values())
                        .filter(type -> type.id() == id)
                        .findFirst()
                        .map(TensorType.Blocks::new)
                        .orElseThrow(() -> cursor.error(
                                "tensor " + name + " has type " + id + ", which cannot be read.",
                                "a file of another type, such as Q4_K or F16, is offered where this one came from."));
    }

    private void enter(TensorInfo relative, long data, long length) {
        TensorInfo info = new TensorInfo(relative.name(), relative.type(), relative.shape(), data + relative.offset());
        long size;
        try {
            size = info.sizeInBytes();
        } catch (ArithmeticException | IllegalArgumentException e) {
            throw new MalformedModelException(
                    path,
                    info.offset(),
                    "tensor " + info.name() + " of shape " + info.shape() + " cannot be of type "
                            + info.type().name() + ".",
                    "another tool wrote it wrongly.");
        }
        if (relative.offset() < 0 || size < 0 || size > length - info.offset()) {
            throw new MalformedModelException(
                    path,
                    info.offset(),
                    "tensor " + info.name() + " takes " + size + " bytes, the file has " + length + ".",
                    "the download or copy was cut: fetch the file again and compare its length.");
        }
        if (tensors.put(info.name(), info) != null) {
            throw new MalformedModelException(
                    path,
                    info.offset(),
                    "tensor " + info.name() + " is there twice.",
                    "another tool wrote it wrongly.");
        }
    }

    public Path path() {
        return path;
    }

    /** Values by key: {@code Long}, {@code Double}, {@code Boolean}, {@code String}, or a {@code List} of one of them. */
    public Map<String, Object> metadata() {
        return Collections.unmodifiableMap(metadata);
    }

    /** All tensors under their names in the file, in its order; offsets count from its start. */
    public Collection<TensorInfo> tensors() {
        return Collections.unmodifiableCollection(tensors.values());
    }

    /** A tensor, or null. */
    TensorInfo tensor(String name) {
        return tensors.get(name);
    }

    /**
     * Maps whole rows of a tensor.
     *
     * @return a read-only little-endian view of at most 2 GiB
     */
    ByteBuffer map(TensorInfo tensor, long firstRow, long rows) {
        return tensor.map(path, firstRow, rows);
    }
}
