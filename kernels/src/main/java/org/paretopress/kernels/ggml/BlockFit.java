package org.paretopress.kernels.ggml;

import java.util.Arrays;

/** Prepares the weights of one block and leaves the choice of scales to the fit of its family. */
final class BlockFit {

    /** Smallest importance, relative to the block's mean: a weight never becomes arbitrary. */
    private static final double LEAST_IMPORTANCE = 1e-6;

    private BlockFit() {}

    /** See {@link GgmlType#fit}. */
    static BlockGrid fit(GgmlType type, double[] weights, int from, double[] importance) {
        ScaleLayout layout = type.scaleLayout();
        double[] relative = relative(importance, from, type.blockSize());
        double[] block = Arrays.copyOfRange(weights, from, from + type.blockSize());
        int length = type.blockSize() / layout.subBlocks;
        Stretch[] stretches = new Stretch[layout.subBlocks];
        for (int j = 0; j < stretches.length; j++) {
            stretches[j] = new Stretch(block, relative, j * length, (j + 1) * length, type.lowest, type.highest);
        }
        BlockScales scales =
                layout.subBlocks == 1 ? SingleFit.scales(type, stretches[0]) : new SuperFit(type, stretches).scales();
        return new BlockGrid(type, scales);
    }

    private static double[] relative(double[] importance, int from, int length) {
        double sum = 0;
        for (int i = from; i < from + length; i++) {
            if (!(importance[i] >= 0 && importance[i] < Double.POSITIVE_INFINITY)) {
                throw new IllegalArgumentException("The importance of weight " + i + " is " + importance[i]
                        + ".\nMaybe the calibration statistics are not finite; importances are mean squares.");
            }
            sum += importance[i];
        }
        double[] relative = new double[length];
        double mean = sum / length;
        for (int i = 0; i < length; i++) {
            relative[i] = sum > 0 ? Math.max(importance[from + i] / mean, LEAST_IMPORTANCE) : 1;
        }
        return relative;
    }

    /**
     * The half nearest to a scale that is not zero, or the smallest of its sign; infinite where it is beyond binary16.
     * The scale zero stays zero.
     */
    static short half(double scale) {
        short bits = Half.ofDouble(scale);
        return scale != 0 && Half.toFloat(bits) == 0 ? (short) (bits | Half.SMALLEST_POSITIVE) : bits;
    }

    /** Whether binary16 bits are a number. */
    static boolean isFinite(short bits) {
        return Float.isFinite(Half.toFloat(bits));
    }

    /** What to throw where no scale near this one is a number. */
    static ArithmeticException beyond(double scale) {
        return new ArithmeticException("scale " + scale + " is beyond binary16");
    }
}
