package org.paretopress.kernels.ops;

/** What the dense model predicts for a batch of tokens, kept so that candidates can be compared with it. */
public sealed interface DensePrediction extends AutoCloseable permits FullPrediction, SparsePrediction {

    /** Bytes of the tensors. */
    long sizeInBytes();

    @Override
    void close();
}
