package org.paretopress.jobs.bench;

import java.util.ArrayList;
import java.util.List;
import org.paretopress.kernels.levels.QuantizedMatrix;
import org.paretopress.kernels.levels.UniformGrid;
import org.paretopress.kernels.model.ModelConfig;
import org.paretopress.kernels.ops.Kernels;
import org.paretopress.kernels.ops.Tensor;
import org.paretopress.kernels.ops.TensorOps;
import org.paretopress.kernels.ops.Weight;

/**
 * What it costs that a product reads another level than the one before, dequantization included: the same products, with two levels in
 * turn and with one after the other, differ in nothing else.
 *
 * @param layer whose levels take turns
 * @param tokens rows of the products
 */
record LevelSwitch(Kernels kernels, ModelConfig.LayerShape layer, int tokens) {

    private static final int GROUP_SIZE = 64;
    private static final int PAIRS = 50;
    private static final int ROUNDS = 5;

    /**
     * Medians of some rounds.
     *
     * @param switchSeconds of a product that reads another level than the one before, beyond one that does not; noise may be below 0
     * @param firstUseSeconds until a level that the engine has never seen is in its memory
     * @param levelBytes size of that level
     */
    record Measurement(double switchSeconds, double firstUseSeconds, long levelBytes) {}

    Measurement measure() {
        QuantizedMatrix three = level(3);
        QuantizedMatrix four = level(4);
        List<Double> switches = new ArrayList<>();
        List<Double> firstUses = new ArrayList<>();
        try (TensorOps ops = kernels.open();
                Tensor x = zeros(ops, layer.columns());
                Tensor y = ops.allocateOperand(tokens, layer.rows())) {
            for (int round = 0; round <= ROUNDS; round++) {
                long start = System.nanoTime();
                Weight second = ops.keep(four);
                double firstUse = secondsSince(start);
                try (Weight first = ops.keep(three);
                        second) {
                    double after = seconds(ops, x, y, first, second, false);
                    double inTurn = seconds(ops, x, y, first, second, true);
                    if (round > 0) { // the first one warms up
                        switches.add((inTurn - after) / (2 * PAIRS - 2));
                        firstUses.add(firstUse);
                    }
                }
            }
        }
        return new Measurement(median(switches), median(firstUses), four.sizeInBytes());
    }

    private QuantizedMatrix level(int bits) {
        return MadeUpLevels.level(new UniformGrid(bits, GROUP_SIZE, false), layer);
    }

    private Tensor zeros(TensorOps ops, int columns) {
        Tensor tensor = ops.allocateOperand(tokens, columns);
        float[] row = new float[columns];
        for (int r = 0; r < tokens; r++) {
            tensor.writeRow(r, row, 0);
        }
        return tensor;
    }

    /** Until as many products with each level are done; they are started one behind the other. */
    private double seconds(TensorOps ops, Tensor x, Tensor y, Weight first, Weight second, boolean inTurn) {
        y.readRow(0, new float[y.columns()]); // when nothing is under way
        long start = System.nanoTime();
        for (int i = 0; i < 2 * PAIRS; i++) {
            boolean other = inTurn ? i % 2 == 1 : i >= PAIRS;
            ops.linear(x, other ? second : first, y, false);
        }
        y.readRow(0, new float[y.columns()]);
        return secondsSince(start);
    }

    private static double secondsSince(long nanoTime) {
        return (System.nanoTime() - nanoTime) / 1e9;
    }

    private static double median(List<Double> values) {
        double[] sorted =
                values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        return sorted[sorted.length / 2];
    }
}
