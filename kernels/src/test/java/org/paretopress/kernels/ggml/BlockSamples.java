package org.paretopress.kernels.ggml;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.paretopress.kernels.model.HuggingFaceModel;
import org.paretopress.kernels.model.TensorInfo;

/** Weights to quantize, and quantizing them a row at a time. */
final class BlockSamples {

    private BlockSamples() {}

    static double[] ones(int length) {
        double[] ones = new double[length];
        Arrays.fill(ones, 1);
        return ones;
    }

    static float[] gaussian(int length, long seed) {
        Random random = new Random(seed);
        float[] weights = new float[length];
        for (int i = 0; i < length; i++) {
            weights[i] = (float) (0.02 * random.nextGaussian());
        }
        return weights;
    }

    /** Importances over a few orders of magnitude, as of the inputs of a layer. */
    static double[] importance(int length, long seed) {
        Random random = new Random(seed);
        double[] importance = new double[length];
        for (int i = 0; i < length; i++) {
            importance[i] = Math.exp(1.2 * random.nextGaussian());
        }
        return importance;
    }

    /** The first rows of some layers of a model in bfloat16. */
    static float[] layers(Path directory, String projection, int rows) {
        HuggingFaceModel model = HuggingFaceModel.open(directory);
        return concatenated(model.tensors().stream()
                .filter(tensor -> tensor.name().endsWith(projection + ".weight"))
                .map(tensor -> floats(model, tensor, rows))
                .toArray(float[][]::new));
    }

    private static float[] floats(HuggingFaceModel model, TensorInfo tensor, int rows) {
        ByteBuffer bytes = model.bytes(tensor, 0, rows).order(ByteOrder.LITTLE_ENDIAN);
        float[] values = new float[rows * tensor.columns()];
        for (int i = 0; i < values.length; i++) {
            values[i] = Float.intBitsToFloat(bytes.getShort(2 * i) << 16);
        }
        return values;
    }

    private static float[] concatenated(float[][] parts) {
        float[] all = new float[parts.length * parts[0].length];
        for (int k = 0; k < parts.length; k++) {
            System.arraycopy(parts[k], 0, all, k * parts[0].length, parts[0].length);
        }
        return all;
    }

    /**
     * Fits every block, takes the nearest codes and packs them.
     *
     * @param importance one a column
     */
    static ByteBuffer quantize(GgmlType type, float[] weights, double[] importance) {
        int columns = importance.length;
        ByteBuffer packed = ByteBuffer.allocate(Math.toIntExact(type.sizeInBytes(weights.length / columns, columns)))
                .order(ByteOrder.LITTLE_ENDIAN);
        double[] row = new double[columns];
        int at = 0;
        for (int start = 0; start < weights.length; start += columns) {
            for (int column = 0; column < columns; column++) {
                row[column] = weights[start + column];
            }
            for (int from = 0; from < columns; from += type.blockSize()) {
                BlockGrid grid = type.fit(row, from, importance);
                grid.write(codes(grid, row, from), packed, at);
                at += type.bytesPerBlock();
            }
        }
        return packed;
    }

    static byte[] codes(BlockGrid grid, double[] weights, int from) {
        byte[] codes = new byte[grid.type().blockSize()];
        for (int i = 0; i < codes.length; i++) {
            codes[i] = (byte) grid.code(i, weights[from + i]);
        }
        return codes;
    }

    static float[] dequantize(GgmlType type, ByteBuffer packed) {
        int blocks = packed.capacity() / type.bytesPerBlock();
        float[] weights = new float[blocks * type.blockSize()];
        type.dequantize(packed, 0, blocks, weights, 0);
        return weights;
    }

    /**
     * Σ importance · (weight − value)².
     *
     * @param importance one a column
     */
    static double error(float[] weights, float[] values, double[] importance) {
        double sum = 0;
        for (int i = 0; i < weights.length; i++) {
            double difference = (double) weights[i] - values[i];
            sum += importance[i % importance.length] * difference * difference;
        }
        return sum;
    }
}
