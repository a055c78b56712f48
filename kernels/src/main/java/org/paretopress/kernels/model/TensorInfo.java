package org.paretopress.kernels.model;

import java.util.List;

/**
 * Where a tensor lies in its file.
 *
 * @param name full name, such as {@code model.layers.3.mlp.up_proj.weight}
 * @param shape dimensions, slowest first
 * @param offset first byte, counted from the start of the file
 */
public record TensorInfo(String name, DataType type, List<Long> shape, long offset) {

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
        return Math.multiplyExact(elements(), (long) type.sizeInBytes());
    }
}
