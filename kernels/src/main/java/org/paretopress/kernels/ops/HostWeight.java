package org.paretopress.kernels.ops;

/** A packed weight where it is, in mapped memory, which is the operating system's. */
record HostWeight(PackedRows matrix) implements Weight {

    @Override
    public int rows() {
        return matrix.rows();
    }

    @Override
    public int columns() {
        return matrix.columns();
    }

    @Override
    public long sizeInBytes() {
        return 0;
    }

    @Override
    public void close() {}
}
