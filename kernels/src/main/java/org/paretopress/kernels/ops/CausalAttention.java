package org.paretopress.kernels.ops;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Causal attention of one head of one sequence, {@code softmax(QKᵀ / √d) V}, without the part above the diagonal.
 *
 * <p>Keys and values are packed into panels of {@link #PANEL} columns, so that both products run as the same register
 * tile: four rows by one panel. Every element is one chain of fused multiply-adds in the order of
 * the channels or of the positions; its bits do not depend on the width of the processor's registers.
 *
 * <p>Scores exist four rows at a time: memory grows with the length of a sequence, not with its square.
 */
final class CausalAttention {

    private static final VectorSpecies<Float> LANES = RowMath.LANES;
    private static final int WIDTH = LANES.length();

    /** Columns of a panel: two registers. */
    static final int PANEL = 2 * WIDTH;

    /** Query rows of a tile: with more, sixteen registers no longer hold the sums and what goes into them. */
    private static final int ROWS = 4;

    private final int length;
    private final int headSize;
    private final int keyColumns;
    private final int valueColumns;
    private final float[] keys;
    private final float[] values;
    private final float[] scores;
    private final float[] outputs;
    private final float[] factors = new float[ROWS];
    private final float[] lanes = new float[RowMath.FIXED];

    CausalAttention(int length, int headSize) {
        this.length = length;
        this.headSize = headSize;
        this.keyColumns = padded(length);
        this.valueColumns = padded(headSize);
        this.keys = new float[keyColumns * headSize];
        this.values = new float[valueColumns * length];
        this.scores = new float[ROWS * keyColumns];
        this.outputs = new float[ROWS * valueColumns];
    }

    boolean fits(int otherLength, int otherHeadSize) {
        return length == otherLength && headSize == otherHeadSize;
    }

    /**
     * Takes the keys and values that the following heads attend to.
     *
     * @param k, v row t starts at {@code offset + t · stride}
     */
    void attendTo(float[] k, float[] v, int offset, int stride) {
        for (int t = 0; t < length; t++) {
            int row = offset + t * stride;
            int column = t / PANEL * PANEL * headSize + t % PANEL;
            for (int c = 0; c < headSize; c++) {
                keys[column + c * PANEL] = k[row + c];
            }
            for (int c = 0; c < headSize; c += PANEL) {
                System.arraycopy(v, row + c, values, c * length + t * PANEL, Math.min(PANEL, headSize - c));
            }
        }
    }

    /** Elements of the queries, with the room behind the last row that a tile of rows may read. */
    int queryElements(int stride) {
        return (length + ROWS - 1) * stride;
    }

    /**
     * Runs one head.
     *
     * @param q scaled by 1/√d; row t starts at {@code offset + t · stride}; receives the outputs in its place
     */
    void run(float[] q, int offset, int stride) {
        for (int first = 0; first < length; first += ROWS) {
            int rows = Math.min(ROWS, length - first);
            int columns = padded(first + rows);
            int row = offset + first * stride;
            for (int p = 0; p < columns; p += PANEL) {
                tile(q, row, stride, headSize, keys, p * headSize, scores, p, keyColumns);
            }
            for (int r = 0; r < rows; r++) {
                factors[r] = exponentials(r * keyColumns, first + r + 1, columns);
            }
            for (int p = 0; p < valueColumns; p += PANEL) {
                tile(scores, 0, keyColumns, first + rows, values, p * length, outputs, p, valueColumns);
            }
            for (int r = 0; r < rows; r++) {
                RowMath.scale(outputs, r * valueColumns, factors[r], q, row + r * stride, headSize);
            }
        }
    }

    /** Scores to unnormalised weights, zero from {@code count} on; returns what normalises them. */
    private float exponentials(int row, int count, int columns) {
        Arrays.fill(scores, row + count, row + columns, Float.NEGATIVE_INFINITY);
        RowMath.exponentials(scores, row, RowMath.largest(scores, row, columns), columns);
        Arrays.fill(scores, row + count, row + columns, 0f);
        return (float) (1 / RowMath.sum(scores, row, columns, lanes));
    }

    private static int padded(int count) {
        return (count + PANEL - 1) / PANEL * PANEL;
    }

    /** out[r][column ..] = Σ over i of a[r][i] · panel[i] for four rows. */
    private static void tile(
            float[] a,
            int row,
            int stride,
            int count,
            float[] panel,
            int start,
            float[] out,
            int column,
            int outStride) {
        FloatVector a0 = FloatVector.zero(LANES);
        FloatVector b0 = a0;
        FloatVector a1 = a0;
        FloatVector b1 = a0;
        FloatVector a2 = a0;
        FloatVector b2 = a0;
        FloatVector a3 = a0;
        FloatVector b3 = a0;
        for (int i = 0; i < count; i++) {
            FloatVector left = FloatVector.fromArray(LANES, panel, start + i * PANEL);
            FloatVector right = FloatVector.fromArray(LANES, panel, start + i * PANEL + WIDTH);
            FloatVector x = FloatVector.broadcast(LANES, a[row + i]);
            a0 = x.fma(left, a0);
            b0 = x.fma(right, b0);
            x = FloatVector.broadcast(LANES, a[row + stride + i]);
            a1 = x.fma(left, a1);
            b1 = x.fma(right, b1);
            x = FloatVector.broadcast(LANES, a[row + 2 * stride + i]);
            a2 = x.fma(left, a2);
            b2 = x.fma(right, b2);
            x = FloatVector.broadcast(LANES, a[row + 3 * stride + i]);
            a3 = x.fma(left, a3);
            b3 = x.fma(right, b3);
        }
        store(a0, b0, out, column);
        store(a1, b1, out, column + outStride);
        store(a2, b2, out, column + 2 * outStride);
        store(a3, b3, out, column + 3 * outStride);
    }

    private static void store(FloatVector left, FloatVector right, float[] out, int at) {
        left.intoArray(out, at);
        right.intoArray(out, at + WIDTH);
    }
}
