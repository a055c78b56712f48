package org.paretopress.kernels.ops;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Loops over rows that the compiler does not vectorise by itself, written with the Vector API.
 *
 * <p>Element by element they use wide registers; sums are formed in a fixed order, eight lanes in single precision
 * over a short stretch, then lane by lane in double. So the bits do not depend on the processor.
 */
final class RowMath {

    /** Lanes of a sum, however wide the registers are. */
    static final int FIXED = 8;

    private static final VectorSpecies<Float> SUMMED = FloatVector.SPECIES_256;

    /**
     * As wide as the processor's registers, up to 256 bits: with 512 the loops of attention were measured to take eight times as long (JDK 17,
     * AMD).
     */
    static final VectorSpecies<Float> LANES =
            FloatVector.SPECIES_PREFERRED.length() > SUMMED.length() ? SUMMED : FloatVector.SPECIES_PREFERRED;

    private static final int WIDTH = LANES.length();

    /** Values whose lanes are added up in single precision. */
    private static final int STRETCH = 32 * FIXED;

    private RowMath() {}

    static float largest(float[] values, int start, int count) {
        FloatVector largest = FloatVector.broadcast(LANES, Float.NEGATIVE_INFINITY);
        int tail = start + LANES.loopBound(count);
        for (int i = start; i < tail; i += WIDTH) {
            largest = largest.max(FloatVector.fromArray(LANES, values, i));
        }
        float result = largest.reduceLanes(VectorOperators.MAX);
        for (int i = tail; i < start + count; i++) {
            result = Math.max(result, values[i]);
        }
        return result;
    }

    /** values = e^(values - shift). */
    static void exponentials(float[] values, int start, float shift, int count) {
        FloatVector shifts = FloatVector.broadcast(LANES, shift);
        int tail = start + LANES.loopBound(count);
        for (int i = start; i < tail; i += WIDTH) {
            exp(FloatVector.fromArray(LANES, values, i).sub(shifts)).intoArray(values, i);
        }
        for (int i = tail; i < start + count; i++) {
            values[i] = Exponential.exp(values[i] - shift);
        }
    }

    /**
     * Exponentials of shifted values, and their sum.
     *
     * @param target receives {@code e^(value − shift)}
     */
    static double exponentials(float[] values, float shift, int count, float[] target, float[] lanes) {
        System.arraycopy(values, 0, target, 0, count);
        exponentials(target, 0, shift, count);
        return sum(target, 0, count, lanes);
    }

    /** @param scratch room for as many values; overwritten */
    static double logSumExp(float[] values, int count, float[] scratch, float[] lanes) {
        float largest = largest(values, 0, count);
        return largest + StrictMath.log(exponentials(values, largest, count, scratch, lanes));
    }

    /**
     * Σ values.
     *
     * @param lanes scratch of {@link #FIXED} values; likewise below
     */
    static double sum(float[] values, int start, int count, float[] lanes) {
        double sum = 0;
        int tail = start + SUMMED.loopBound(count);
        for (int i = start; i < tail; i += STRETCH) {
            FloatVector stretch = FloatVector.zero(SUMMED);
            int end = Math.min(i + STRETCH, tail);
            for (int j = i; j < end; j += FIXED) {
                stretch = stretch.add(FloatVector.fromArray(SUMMED, values, j));
            }
            sum += sumOf(stretch, lanes);
        }
        for (int i = tail; i < start + count; i++) {
            sum += values[i];
        }
        return sum;
    }

    /** Σ a·b. */
    static double dot(float[] a, int startA, float[] b, int startB, int count, float[] lanes) {
        double sum = 0;
        int tail = SUMMED.loopBound(count);
        for (int i = 0; i < tail; i += STRETCH) {
            FloatVector stretch = FloatVector.zero(SUMMED);
            int end = Math.min(i + STRETCH, tail);
            for (int j = i; j < end; j += FIXED) {
                stretch = FloatVector.fromArray(SUMMED, a, startA + j)
                        .fma(FloatVector.fromArray(SUMMED, b, startB + j), stretch);
            }
            sum += sumOf(stretch, lanes);
        }
        for (int i = tail; i < count; i++) {
            sum += (double) a[startA + i] * b[startB + i];
        }
        return sum;
    }

    /** target = values · factor. */
    static void scale(float[] values, int start, float factor, float[] target, int to, int count) {
        int tail = LANES.loopBound(count);
        for (int i = 0; i < tail; i += WIDTH) {
            FloatVector.fromArray(LANES, values, start + i).mul(factor).intoArray(target, to + i);
        }
        for (int i = tail; i < count; i++) {
            target[to + i] = values[start + i] * factor;
        }
    }

    /** values = values · factor · gain. */
    static void scale(float[] values, int start, float factor, float[] gain, int count) {
        int tail = LANES.loopBound(count);
        for (int i = 0; i < tail; i += WIDTH) {
            FloatVector.fromArray(LANES, values, start + i)
                    .mul(factor)
                    .mul(FloatVector.fromArray(LANES, gain, i))
                    .intoArray(values, start + i);
        }
        for (int i = tail; i < count; i++) {
            values[start + i] = values[start + i] * factor * gain[i];
        }
    }

    /** Turns the pairs (a, b) = (values[i], values[i + half]) by angles given as cosines and sines. */
    static void rotate(float[] values, int start, int half, float[] cosines, float[] sines, int angle) {
        int i = 0;
        for (; i <= half - WIDTH; i += WIDTH) {
            FloatVector cosine = FloatVector.fromArray(LANES, cosines, angle + i);
            FloatVector sine = FloatVector.fromArray(LANES, sines, angle + i);
            FloatVector a = FloatVector.fromArray(LANES, values, start + i);
            FloatVector b = FloatVector.fromArray(LANES, values, start + half + i);
            a.mul(cosine).sub(b.mul(sine)).intoArray(values, start + i);
            b.mul(cosine).add(a.mul(sine)).intoArray(values, start + half + i);
        }
        for (; i < half; i++) {
            float a = values[start + i];
            float b = values[start + half + i];
            values[start + i] = a * cosines[angle + i] - b * sines[angle + i];
            values[start + half + i] = b * cosines[angle + i] + a * sines[angle + i];
        }
    }

    /** gate = gate / (1 + e^-gate) · up. */
    static void swiGlu(float[] gate, float[] up, int count) {
        int tail = LANES.loopBound(count);
        for (int i = 0; i < tail; i += WIDTH) {
            FloatVector g = FloatVector.fromArray(LANES, gate, i);
            FloatVector e = exp(g.neg().min(Exponential.LARGEST));
            g.div(e.add(1f)).mul(FloatVector.fromArray(LANES, up, i)).intoArray(gate, i);
        }
        for (int i = tail; i < count; i++) {
            gate[i] = gate[i] / (1 + Exponential.exp(Math.min(-gate[i], Exponential.LARGEST))) * up[i];
        }
    }

    private static double sumOf(FloatVector values, float[] lanes) {
        values.intoArray(lanes, 0);
        double sum = 0;
        for (int i = 0; i < FIXED; i++) {
            sum += lanes[i];
        }
        return sum;
    }

    /** {@link Exponential#exp} lane by lane, bit for bit. */
    private static FloatVector exp(FloatVector x) {
        FloatVector bounded = x.max(Exponential.SMALLEST);
        FloatVector rounded = bounded.fma(
                FloatVector.broadcast(LANES, Exponential.LOG2_E), FloatVector.broadcast(LANES, Exponential.ROUND));
        FloatVector n = rounded.sub(Exponential.ROUND);
        FloatVector r = n.fma(FloatVector.broadcast(LANES, -Exponential.LN2), bounded);
        FloatVector p = FloatVector.broadcast(LANES, Exponential.C6);
        p = p.fma(r, FloatVector.broadcast(LANES, Exponential.C5));
        p = p.fma(r, FloatVector.broadcast(LANES, Exponential.C4));
        p = p.fma(r, FloatVector.broadcast(LANES, Exponential.C3));
        p = p.fma(r, FloatVector.broadcast(LANES, Exponential.C2));
        p = p.fma(r, FloatVector.broadcast(LANES, 1f));
        p = p.fma(r, FloatVector.broadcast(LANES, 1f));
        return p.reinterpretAsInts()
                .add(rounded.reinterpretAsInts().lanewise(VectorOperators.LSHL, Exponential.EXPONENT_SHIFT))
                .reinterpretAsFloats();
    }
}
