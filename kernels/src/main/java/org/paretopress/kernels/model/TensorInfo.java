package org.paretopress.kernels.model;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/**
 * Where a tensor lies in its file.
 *
 * @param name full name, such as {@code model.layers.3.mlp.up_proj.weight}
 * @param shape dimensions, slowest first
 * @param offset first byte, counted from the start of the file
 */
public record TensorInfo(String name, TensorType type, List<Long> shape, long offset) {

    public TensorInfo {
        shape = List.copyOf(shape);
    }

    /** Product of all dimensions but the last. */
    public long rows() {
        return shape.isEmpty() ? 1 : elements() / Math.max(1, columns());
    }

    /** The last dimension: elements that lie side by side. */
    public int columns() {
        return shape.isEmpty() ? 1 : Math.toIntExact(shape.get(shape.size() - 1));
    }

    public long elements() {
        return shape.stream().reduce(1L, Math::multiplyExact);
    }

    public long sizeInBytes() {
        return type.sizeInBytes(rows(), columns());
    }

    /** Maps whole rows of a file that this tensor lies in, little-endian, at most 2 GiB. */
    ByteBuffer map(Path file, long firstRow, long rows) {
        long rowBytes = type.sizeInBytes(1, columns());
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            return channel.map(FileChannel.MapMode.READ_ONLY, offset + firstRow * rowBytes, rows * rowBytes)
                    .order(ByteOrder.LITTLE_ENDIAN);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot map " + name + " of " + file, e);
        }
    }
}
