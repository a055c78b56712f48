package org.paretopress.kernels.ops;

/** The weight of a layer, outputs × inputs, in an engine's memory: a {@link Tensor}, or whatever packed form the engine keeps. */
public interface Weight extends AutoCloseable {

    /** Outputs. */
    int rows();

    /** Inputs. */
    int columns();

    /** Bytes of the engine's memory that it takes. */
    long sizeInBytes();

    /** Gives the memory back; the weight must not be used after. */
    @Override
    void close();
}
