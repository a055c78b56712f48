package org.paretopress.kernels.ggml;

/** Ranges from which the search for a grid starts, in steps beyond the weights' own range; found by trial. */
final class Starts {

    private static final double[] TWO_BITS = {-0.1, 0.1, 0.25, 0.4};
    private static final double[] MORE_BITS = {-0.2, 0.1, 0.4, 0.8};
    private static final double[] EIGHT_BITS = evenly(-26, 0.75, 0.25);
    private static final double[] SIX_BITS = evenly(-2.5, 0.75, 0.25);
    private static final double[] FIVE_BITS = evenly(-4, 3, 0.25);
    private static final double[] FOUR_BITS = evenly(-1.25, 4, 0.15);
    private static final double[] THREE_BITS = evenly(-0.75, 1.5, 0.25);

    private Starts() {}

    /** By how many steps the range of codes is taken as longer on its longer side. */
    static double[] throughZero(GgmlType type) {
        return switch (type.highest) {
            case 3 -> THREE_BITS;
            case 7 -> FOUR_BITS;
            case 15 -> FIVE_BITS;
            case 31 -> SIX_BITS;
            default -> EIGHT_BITS;
        };
    }

    /** How many steps are cut off at either end of the range. */
    static double[] withMinimum(GgmlType type) {
        return type.highest == 3 ? TWO_BITS : MORE_BITS;
    }

    private static double[] evenly(double first, double last, double by) {
        double[] values = new double[(int) Math.round((last - first) / by) + 1];
        for (int k = 0; k < values.length; k++) {
            values[k] = first + k * by;
        }
        return values;
    }
}
