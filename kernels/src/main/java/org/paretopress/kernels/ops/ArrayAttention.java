package org.paretopress.kernels.ops;

import java.util.Arrays;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.impl.transforms.custom.SoftMax;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Causal attention of {@link Nd4jArrayOps}: the scores of one head of one sequence at a time, length × length, of which those of later
 * positions are masked.
 */
final class ArrayAttention implements AutoCloseable {

    /** What is added to scores that do not count: no score comes near it, and their sum is still finite. */
    private static final float MASKED = -Float.MAX_VALUE / 2;

    private final int length;
    private final INDArray mask;
    private final INDArray scores;
    private final INDArray weights;

    ArrayAttention(int length) {
        this.length = length;
        this.mask = mask(length);
        this.scores = square(length);
        this.weights = square(length);
    }

    private static INDArray square(int length) {
        return Nd4j.createUninitialized(DataType.FLOAT, new long[] {length, length}, 'c');
    }

    private static INDArray mask(int length) {
        INDArray mask = square(length);
        float[] row = new float[length];
        Arrays.fill(row, MASKED);
        for (int t = 0; t < length; t++) {
            row[t] = 0;
            try (INDArray written = Nd4j.create(row, new long[] {1, length}, 'c')) {
                Nd4jArray.part(mask, t, 1, 0, length).assign(written);
            }
        }
        return mask;
    }

    int length() {
        return length;
    }

    /** See {@link TensorOps#attention}; every head of y is written after the same head of q was read. */
    void run(INDArray q, INDArray k, INDArray v, int headSize, INDArray y) {
        int sharing = (int) (q.size(1) / k.size(1));
        for (int t = 0; t < q.size(0); t += length) {
            for (int column = 0; column < q.size(1); column += headSize) {
                int shared = column / headSize / sharing * headSize;
                INDArray queries = head(q, t, column, headSize);
                INDArray keys = head(k, t, shared, headSize);
                ArrayOperations.product(1 / Math.sqrt(headSize), queries, false, keys, true, false, scores);
                scores.addi(mask);
                Nd4j.exec(new SoftMax(scores, weights, 1));
                INDArray outputs = head(y, t, column, headSize);
                ArrayOperations.product(1, weights, false, head(v, t, shared, headSize), false, false, outputs);
            }
        }
    }

    private INDArray head(INDArray tokens, int firstRow, int column, int headSize) {
        return Nd4jArray.part(tokens, firstRow, length, column, headSize);
    }

    @Override
    public void close() {
        mask.close();
        scores.close();
        weights.close();
    }
}
