package org.paretopress.kernels.compress;

import java.util.Arrays;
import java.util.List;
import org.paretopress.kernels.levels.Layout;
import org.paretopress.kernels.levels.PackedMatrix;
import org.paretopress.kernels.levels.SparseMask;
import org.paretopress.kernels.levels.SparseMatrix;
import org.paretopress.kernels.levels.TwoOfFourMatrix;

/**
 * Prunes the weights of least score and leaves the others as they are.
 *
 * @param score by which weights are compared
 * @param levels how much is pruned
 */
public record Pruning(Score score, SparsityLevels levels) implements Compressor {

    /** What a weight is worth. */
    public enum Score {
        /** |w|, compared over the whole layer. */
        magnitude,
        /** |w| times the root mean square of its input, compared within each row (Wanda, Sun et al., ICLR 2024). */
        wanda
    }

    @Override
    public String method() {
        return score + " " + levels.parameters();
    }

    @Override
    public List<Layout> layouts(int rows, int columns) {
        return levels.layouts(rows, columns);
    }

    @Override
    public List<PackedMatrix> compress(WeightMatrix weights, CalibrationStatistics statistics) {
        statistics.requireInputsOf(weights);
        double[] values = new double[weights.values().length];
        double[] scores = new double[values.length];
        for (int i = 0; i < values.length; i++) {
            int column = i % weights.columns();
            values[i] = weights.values()[i];
            scores[i] = Math.abs(values[i]) * (score == Score.wanda ? Math.sqrt(statistics.at(column, column)) : 1);
        }
        return layouts(weights.rows(), weights.columns()).stream()
                .map(layout -> pruned(layout, weights, values, scores))
                .toList();
    }

    private PackedMatrix pruned(Layout layout, WeightMatrix weights, double[] values, double[] scores) {
        int rows = weights.rows();
        int columns = weights.columns();
        if (layout instanceof SparseMask sparse) {
            int parts = score == Score.wanda ? rows : 1;
            boolean[] kept = pruneParts(scores, parts, values.length - sparse.kept());
            return SparseMatrix.pack(weights.layer(), rows, columns, values, kept);
        }
        boolean[] kept = pruneParts(scores, values.length / 4, values.length / 2);
        return TwoOfFourMatrix.pack(weights.layer(), rows, columns, values, kept);
    }

    /** Cuts the scores into equal parts and prunes as evenly from each as whole numbers allow. */
    private static boolean[] pruneParts(double[] scores, int parts, long count) {
        boolean[] kept = new boolean[scores.length];
        int length = scores.length / parts;
        for (int part = 0; part < parts; part++) {
            double[] own = Arrays.copyOfRange(scores, part * length, (part + 1) * length);
            boolean[] ownKept = Masks.pruneLowest(own, Masks.share(count, part, parts));
            System.arraycopy(ownKept, 0, kept, part * length, length);
        }
        return kept;
    }
}
