package org.paretopress.kernels.compress;

import java.util.List;
import org.paretopress.kernels.ggml.GgmlType;
import org.paretopress.kernels.levels.GgmlBlocks;
import org.paretopress.kernels.levels.Layout;

/**
 * The block formats of GGML: K-quants where rows are whole super-blocks of 256 weights; formats of 32 weights, of the next
 * width there is, where they are only that; nothing otherwise. Scales are chosen for the least Σ E[x²] · (w − q)², so that
 * weights of strong inputs are met best.
 *
 * @param bits widths of the K-quants' codes: 2, 3, 4, 5, 6, 8
 */
public record GgmlGrids(List<Integer> bits) implements GridFamily {

    public GgmlGrids {
        bits = bits.stream().distinct().sorted().toList();
        bits.forEach(width -> type(width, 256));
    }

    @Override
    public String parameters() {
        return "ggml bits=" + bits;
    }

    @Override
    public List<Layout> layouts(int rows, int columns) {
        return bits.stream()
                .map(width -> type(width, columns))
                .filter(type -> GgmlBlocks.fits(type, columns))
                .distinct()
                .<Layout>map(GgmlBlocks::new)
                .toList();
    }

    private static GgmlType type(int width, int columns) {
        boolean whole = GgmlBlocks.fits(GgmlType.Q2_K, columns);
        return switch (width) {
            case 2 -> whole ? GgmlType.Q2_K : GgmlType.Q4_0;
            case 3 -> whole ? GgmlType.Q3_K : GgmlType.Q4_0;
            case 4 -> whole ? GgmlType.Q4_K : GgmlType.Q4_0;
            case 5 -> whole ? GgmlType.Q5_K : GgmlType.Q5_0;
            case 6 -> whole ? GgmlType.Q6_K : GgmlType.Q5_1;
            case 8 -> GgmlType.Q8_0;
            default ->
                throw new IllegalArgumentException(
                        "There is no K-quant of " + width + " bits.\nMaybe one of 2, 3, 4, 5, 6 and 8.");
        };
    }

    @Override
    public LevelSheet sheet(Layout layout, WeightMatrix weights, CalibrationStatistics statistics) {
        return new GgmlSheet(weights, (GgmlBlocks) layout, statistics);
    }
}
