package org.paretopress.kernels.ops;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Loops over one row that the compiler does not vectorise by itself, written with the Vector API.
 *
 * <p>Eight lanes on every processor that has them, so that sums are formed in the same order whatever wider registers a
 * machine may have; long sums are in double.
 */
final class RowMath {

    private static final VectorSpecies<Float> FLOATS =
            FloatVector.SPECIES_PREFERRED.length() >= 8 ? FloatVector.SPECIES_256 : FloatVector.SPECIES_PREFERRED;
    private static final VectorSpecies<Integer> INTS =
            FLOATS.length() == 8 ? IntVector.SPECIES_256 : IntVector.SPECIES_PREFERRED;
    private static final VectorSpecies<Double> DOUBLES =
            FLOATS.length() == 8 ? DoubleVector.SPECIES_256 : DoubleVector.SPECIES_PREFERRED;
    private static final int LANES = FLOATS.length();

    private RowMath() {}

    static float largest(float[] values, int count) {
        int i = 0;
        FloatVector largest = FloatVector.broadcast(FLOATS, Float.NEGATIVE_INFINITY);
        for (; i <= count - LANES; i += LANES) {
            largest = largest.max(FloatVector.fromArray(FLOATS, values, i));
        }
        float result = largest.reduceLanes(VectorOperators.MAX);
        for (; i < count; i++) {
            result = Math.max(result, values[i]);
        }
        return result;
    }

    /** Puts e^(value - shift) into the target, which may be the source, and returns the sum. */
    static double exponentials(float[] values, float shift, int count, float[] target) {
        DoubleVector low = DoubleVector.zero(DOUBLES);
        DoubleVector high = DoubleVector.zero(DOUBLES);
        int i = 0;
        for (; i <= count - LANES; i += LANES) {
            FloatVector e = exp(FloatVector.fromArray(FLOATS, values, i).sub(shift));
            e.intoArray(target, i);
            low = low.add(part(e, 0));
            high = high.add(part(e, 1));
        }
        double sum = low.add(high).reduceLanes(VectorOperators.ADD);
        for (; i < count; i++) {
            target[i] = Exponential.exp(values[i] - shift);
            sum += target[i];
        }
        return sum;
    }

    /** Σ a·b. */
    static double dot(float[] a, float[] b, int count) {
        DoubleVector low = DoubleVector.zero(DOUBLES);
        DoubleVector high = DoubleVector.zero(DOUBLES);
        int i = 0;
        for (; i <= count - LANES; i += LANES) {
            FloatVector x = FloatVector.fromArray(FLOATS, a, i);
            FloatVector y = FloatVector.fromArray(FLOATS, b, i);
            low = part(x, 0).fma(part(y, 0), low);
            high = part(x, 1).fma(part(y, 1), high);
        }
        double sum = low.add(high).reduceLanes(VectorOperators.ADD);
        for (; i < count; i++) {
            sum += (double) a[i] * b[i];
        }
        return sum;
    }

    /** gate = gate / (1 + e^-gate) · up. */
    static void swiGlu(float[] gate, float[] up, int count) {
        int i = 0;
        for (; i <= count - LANES; i += LANES) {
            FloatVector g = FloatVector.fromArray(FLOATS, gate, i);
            FloatVector e = exp(g.neg().min(Exponential.LARGEST));
            g.div(e.add(1f)).mul(FloatVector.fromArray(FLOATS, up, i)).intoArray(gate, i);
        }
        for (; i < count; i++) {
            gate[i] = gate[i] / (1 + Exponential.exp(Math.min(-gate[i], Exponential.LARGEST))) * up[i];
        }
    }

    private static DoubleVector part(FloatVector values, int part) {
        return (DoubleVector) values.convertShape(VectorOperators.F2D, DOUBLES, part);
    }

    /** {@link Exponential#exp} lane by lane, bit for bit. */
    private static FloatVector exp(FloatVector x) {
        FloatVector bounded = x.max(Exponential.SMALLEST);
        FloatVector scaled = bounded.mul(Exponential.LOG2_E);
        FloatVector half = FloatVector.broadcast(FLOATS, 0.5f).blend(-0.5f, scaled.lt(0f));
        IntVector exponent = (IntVector) scaled.add(half).convertShape(VectorOperators.F2I, INTS, 0);
        FloatVector n = (FloatVector) exponent.convertShape(VectorOperators.I2F, FLOATS, 0);
        FloatVector r = bounded.sub(n.mul(Exponential.LN2_HIGH)).sub(n.mul(Exponential.LN2_LOW));
        FloatVector p = FloatVector.broadcast(FLOATS, Exponential.C7);
        p = p.mul(r).add(Exponential.C6);
        p = p.mul(r).add(Exponential.C5);
        p = p.mul(r).add(Exponential.C4);
        p = p.mul(r).add(Exponential.C3);
        p = p.mul(r).add(Exponential.C2);
        p = p.mul(r).add(1f);
        p = p.mul(r).add(1f);
        FloatVector power = exponent.add(127).lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats();
        return p.mul(power).blend(0f, x.lt(Exponential.SMALLEST));
    }
}
