package org.paretopress.kernels.ops;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Loops over one row that the compiler does not vectorise by itself, written with the Vector API.
 *
 * <p>Sums are formed in a fixed order: eight lanes in single precision over a short stretch, then lane by lane in double.
 * Eight lanes are used however wide the registers are, so the bits do not depend on the processor.
 */
final class RowMath {

    private static final VectorSpecies<Float> LANES = FloatVector.SPECIES_256;
    private static final int WIDTH = 8;

    /** Values whose lanes are added up in single precision. */
    private static final int STRETCH = 8 * WIDTH;

    private RowMath() {}

    static float largest(float[] values, int count) {
        int i = 0;
        FloatVector largest = FloatVector.broadcast(LANES, Float.NEGATIVE_INFINITY);
        for (; i <= count - WIDTH; i += WIDTH) {
            largest = largest.max(FloatVector.fromArray(LANES, values, i));
        }
        float result = largest.reduceLanes(VectorOperators.MAX);
        for (; i < count; i++) {
            result = Math.max(result, values[i]);
        }
        return result;
    }

    /**
     * Puts e^(value - shift) into the target, which may be the source.
     *
     * @param lanes scratch of eight values
     * @return the sum
     */
    static double exponentials(float[] values, float shift, int count, float[] target, float[] lanes) {
        double sum = 0;
        int i = 0;
        for (; i <= count - STRETCH; i += STRETCH) {
            FloatVector stretch = FloatVector.zero(LANES);
            for (int j = i; j < i + STRETCH; j += WIDTH) {
                FloatVector e = exp(FloatVector.fromArray(LANES, values, j).sub(shift));
                e.intoArray(target, j);
                stretch = stretch.add(e);
            }
            sum += sumOf(stretch, lanes);
        }
        for (; i < count; i++) {
            target[i] = Exponential.exp(values[i] - shift);
            sum += target[i];
        }
        return sum;
    }

    /**
     * Σ a·b.
     *
     * @param lanes scratch of eight values
     */
    static double dot(float[] a, float[] b, int count, float[] lanes) {
        double sum = 0;
        int i = 0;
        for (; i <= count - STRETCH; i += STRETCH) {
            FloatVector stretch = FloatVector.zero(LANES);
            for (int j = i; j < i + STRETCH; j += WIDTH) {
                stretch = stretch.add(FloatVector.fromArray(LANES, a, j).mul(FloatVector.fromArray(LANES, b, j)));
            }
            sum += sumOf(stretch, lanes);
        }
        for (; i < count; i++) {
            sum += (double) a[i] * b[i];
        }
        return sum;
    }

    /** values = values · factor. */
    static void scale(float[] values, float factor, int count) {
        for (int i = 0; i < count; i++) {
            values[i] *= factor;
        }
    }

    /** gate = gate / (1 + e^-gate) · up. */
    static void swiGlu(float[] gate, float[] up, int count) {
        int i = 0;
        for (; i <= count - WIDTH; i += WIDTH) {
            FloatVector g = FloatVector.fromArray(LANES, gate, i);
            FloatVector e = exp(g.neg().min(Exponential.LARGEST));
            g.div(e.add(1f)).mul(FloatVector.fromArray(LANES, up, i)).intoArray(gate, i);
        }
        for (; i < count; i++) {
            gate[i] = gate[i] / (1 + Exponential.exp(Math.min(-gate[i], Exponential.LARGEST))) * up[i];
        }
    }

    private static double sumOf(FloatVector values, float[] lanes) {
        values.intoArray(lanes, 0);
        double sum = 0;
        for (int i = 0; i < WIDTH; i++) {
            sum += lanes[i];
        }
        return sum;
    }

    /** {@link Exponential#exp} lane by lane, bit for bit. */
    private static FloatVector exp(FloatVector x) {
        FloatVector bounded = x.max(Exponential.SMALLEST);
        FloatVector rounded = bounded.mul(Exponential.LOG2_E).add(Exponential.ROUND);
        FloatVector n = rounded.sub(Exponential.ROUND);
        FloatVector r = bounded.sub(n.mul(Exponential.LN2_HIGH)).sub(n.mul(Exponential.LN2_LOW));
        FloatVector p = FloatVector.broadcast(LANES, Exponential.C7);
        p = p.mul(r).add(Exponential.C6);
        p = p.mul(r).add(Exponential.C5);
        p = p.mul(r).add(Exponential.C4);
        p = p.mul(r).add(Exponential.C3);
        p = p.mul(r).add(Exponential.C2);
        p = p.mul(r).add(1f);
        p = p.mul(r).add(1f);
        return p.reinterpretAsInts()
                .add(rounded.reinterpretAsInts().lanewise(VectorOperators.LSHL, Exponential.EXPONENT_SHIFT))
                .reinterpretAsFloats();
    }
}
