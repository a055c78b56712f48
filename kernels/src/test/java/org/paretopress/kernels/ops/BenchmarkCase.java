package org.paretopress.kernels.ops;

import java.util.SplittableRandom;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** What a primitive is timed on, in the engine's memory, and as much of it in the oracle's as a check needs. */
@State(Scope.Thread)
public abstract class BenchmarkCase {

    static final int TOKENS = 256;

    /** Widths of models. */
    public enum Shape {
        small(256, 768, 4096, 8, 4, 32),
        /** Llama-3.2-1B with a quarter of its vocabulary. */
        llama(2048, 8192, 32_000, 32, 8, 64);

        final int hidden;
        final int intermediate;
        final int vocabulary;
        final int headSize;
        final int querySize;
        final int keyValueSize;

        Shape(int hidden, int intermediate, int vocabulary, int heads, int keyValueHeads, int headSize) {
            this.hidden = hidden;
            this.intermediate = intermediate;
            this.vocabulary = vocabulary;
            this.headSize = headSize;
            this.querySize = heads * headSize;
            this.keyValueSize = keyValueHeads * headSize;
        }
    }

    /** All of them, unless JMH is told otherwise. */
    @Param
    public Shape shape;

    final TensorOps ops = new Nd4jOps();
    final TensorOps oracle = new ReferenceOps();
    private final SplittableRandom random = new SplittableRandom(7);

    /** Random numbers, and the tensors that held them at first; the expected one may hold the upper left corner alone. */
    record Pair(float[] values, Tensor actual, Tensor expected) {

        /** Puts the first values back, where the engine computes in place. */
        void restore() {
            for (int row = 0; row < actual.rows(); row++) {
                actual.writeRow(row, values, row * actual.columns());
            }
        }

        /**
         * Compares after the oracle has done its part too.
         *
         * @param length of the sums behind each element
         * @throws AssertionError if the engine deviates from the oracle by more than rounding explains
         */
        void check(double scale, int length) {
            float[] found = new float[actual.columns()];
            float[] wanted = new float[expected.columns()];
            for (int row = 0; row < expected.rows(); row++) {
                actual.readRow(row, found);
                expected.readRow(row, wanted);
                for (int i = 0; i < wanted.length; i++) {
                    requireClose(found[i], wanted[i], scale * 1e-6 * (2 + Math.sqrt(length)));
                }
            }
        }
    }

    static void requireClose(double found, double wanted, double tolerance) {
        if (!(Math.abs(found - wanted) <= tolerance)) {
            throw new AssertionError("The engine has " + found + " where the oracle has " + wanted + ".");
        }
    }

    Pair pair(int rows, int columns) {
        return pair(rows, columns, rows, columns);
    }

    /** Of numbers between -1 and 1. */
    Pair pair(int rows, int columns, int checkedRows, int checkedColumns) {
        float[] values = new float[rows * columns];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextDouble(-1, 1);
        }
        Pair pair = new Pair(values, ops.allocate(rows, columns), oracle.allocate(checkedRows, checkedColumns));
        pair.restore();
        for (int row = 0; row < checkedRows; row++) {
            pair.expected().writeRow(row, values, row * columns);
        }
        return pair;
    }
}
