package org.paretopress.kernels.compress;

import java.util.List;
import org.paretopress.kernels.levels.PackedMatrix;

/**
 * GPTQ (Frantar et al., ICLR 2023): weights are rounded input by input, and the error of each is spread over the inputs
 * still to come so that the layer's output changes least. The grid of a quantization group is fitted to the weights as
 * they are when its first column is reached. Inputs that are always zero in calibration get weight 0.
 *
 * <p>Cost for rows r, columns n: about (2/3) n³ operations of LAPACK once, then r n² per level. All in double; rows are
 * independent, so the result does not depend on how they are tiled.
 *
 * <p>Memory beside the input: n² doubles on the heap, n² more in native memory while the factor is computed.
 *
 * @param bits widths of the codes, 2 to 8, one level each
 * @param quantizationGroupSize consecutive weights of a row that share a scale
 * @param damping added to the Hessian's diagonal, as a share of its mean; 0.01 is usual. It is never raised silently.
 */
public record Gptq(List<Integer> bits, int quantizationGroupSize, double damping) implements Compressor {

    /** Rows that share each pass over U: a tile of them stays in the second-level cache. */
    private static final int TILE_ROWS = 16;

    public Gptq {
        bits = GridLevels.ascending(bits, quantizationGroupSize);
        if (!(damping >= 0 && damping <= Double.MAX_VALUE)) {
            throw new IllegalArgumentException(
                    "damping = " + damping + " is not a finite number from 0.\nMaybe 0.01, which is usual.");
        }
    }

    @Override
    public String method() {
        return "gptq bits=" + bits + " quantizationGroupSize=" + quantizationGroupSize + " damping=" + damping;
    }

    @Override
    public List<PackedMatrix> compress(WeightMatrix weights, CalibrationStatistics statistics) {
        statistics.requireInputsOf(weights);
        InverseFactor factor = InverseFactor.of(weights.layer(), statistics, damping);
        return bits.stream().map(width -> quantize(weights, factor, width)).toList();
    }

    private PackedMatrix quantize(WeightMatrix weights, InverseFactor factor, int width) {
        GridSheet sheet = new GridSheet(weights, width, quantizationGroupSize);
        for (int row = 0; row < weights.rows(); row += TILE_ROWS) {
            int tileRows = Math.min(TILE_ROWS, weights.rows() - row);
            new GptqTile(weights, factor, sheet, quantizationGroupSize, row, tileRows).quantize();
        }
        return sheet.pack();
    }
}
