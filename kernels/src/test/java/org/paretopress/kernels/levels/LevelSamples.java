package org.paretopress.kernels.levels;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.paretopress.kernels.ggml.Half;

/** Levels of random content. */
final class LevelSamples {

    static final List<String> METHODS = List.of("rtn bits=[2, 3] quantizationGroupSize=16", "drop");

    private LevelSamples() {}

    static QuantizedMatrix matrix(int rows, int columns, int bits, int quantizationGroupSize, long seed) {
        UniformGrid layout = new UniformGrid(bits, quantizationGroupSize, false);
        Random random = new Random(seed);
        short[] scales = new short[rows * layout.groupsPerRow(columns)];
        for (int i = 0; i < scales.length; i++) {
            scales[i] = Half.ofDouble(0.001 + random.nextDouble());
        }
        return QuantizedMatrix.pack(
                layout, rows, columns, codes(random, rows * columns, bits), scales, codes(random, scales.length, bits));
    }

    static List<MeasuredLevel> levels(int rows, int columns, int quantizationGroupSize, int... bits) {
        List<MeasuredLevel> levels = new ArrayList<>();
        for (int width : bits) {
            LevelErrors errors = new LevelErrors(0.1 / width, Math.PI * 1e-7 / width, 1.0 / 3 / width);
            levels.add(new MeasuredLevel(matrix(rows, columns, width, quantizationGroupSize, width), errors));
        }
        return levels;
    }

    private static byte[] codes(Random random, int length, int bits) {
        byte[] codes = new byte[length];
        for (int i = 0; i < length; i++) {
            codes[i] = (byte) random.nextInt(1 << bits);
        }
        return codes;
    }
}
