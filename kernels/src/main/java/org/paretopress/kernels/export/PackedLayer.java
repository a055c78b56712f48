package org.paretopress.kernels.export;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.function.IntUnaryOperator;
import org.paretopress.kernels.export.CompressedTensorsExporter.Scheme;
import org.paretopress.kernels.levels.QuantizedMatrix;
import org.paretopress.kernels.levels.UniformGrid;
import org.paretopress.kernels.model.DataType;
import org.paretopress.kernels.model.IntegerType;
import org.paretopress.kernels.model.TensorType;

/**
 * A layer as the tensors of {@code pack-quantized}: codes packed along the inputs, scales by row and group, zero points packed
 * along the outputs, and the shape.
 *
 * @param name of the layer
 */
record PackedLayer(String name, QuantizedMatrix matrix, Scheme scheme) {

    /** A number for every place of a matrix. */
    private interface Numbers {
        int at(int row, int column);
    }

    List<TensorEntry> tensors() {
        int groups = matrix.columns() / scheme.groupSize();
        Numbers code = scheme.symmetric()
                ? (row, column) ->
                        matrix.code(row, column) - matrix.zeroPoint(group(row, column)) + (1 << scheme.bits() - 1)
                : matrix::code;
        TensorEntry codes = tensor(
                ".weight_packed",
                IntegerType.I32,
                matrix.rows(),
                words(matrix.columns()),
                (row, word) -> word(word, matrix.columns(), column -> code.at(row, column)));
        TensorEntry scales = tensor(
                ".weight_scale",
                DataType.F16,
                matrix.rows(),
                groups,
                (row, group) -> matrix.scaleBits(group(row, group * scheme.groupSize())));
        TensorEntry shape = tensor(
                ".weight_shape",
                IntegerType.I64,
                List.of(2L),
                1,
                2,
                (row, place) -> place == 0 ? matrix.rows() : matrix.columns());
        if (scheme.symmetric()) {
            return List.of(codes, scales, shape);
        }
        TensorEntry zeroPoints = tensor(
                ".weight_zero_point",
                IntegerType.I32,
                words(matrix.rows()),
                groups,
                (word, group) ->
                        word(word, matrix.rows(), row -> matrix.zeroPoint(group(row, group * scheme.groupSize()))));
        return List.of(codes, scales, shape, zeroPoints);
    }

    /** The searched group that a weight is in. */
    private int group(int row, int column) {
        UniformGrid grid = (UniformGrid) matrix.layout();
        return row * grid.groupsPerRow(matrix.columns()) + column / grid.quantizationGroupSize();
    }

    /** How many hold a code each of so many weights. */
    private int words(int weights) {
        return (weights - 1) / codesPerWord() + 1;
    }

    private int codesPerWord() {
        return Integer.SIZE / scheme.bits();
    }

    /** The first of its codes in the lowest bits. */
    private int word(int index, int weights, IntUnaryOperator code) {
        int first = index * codesPerWord();
        int packed = 0;
        for (int i = first; i < Math.min(first + codesPerWord(), weights); i++) {
            packed |= code.applyAsInt(i) << (i - first) * scheme.bits();
        }
        return packed;
    }

    private TensorEntry tensor(String suffix, TensorType type, int rows, int columns, Numbers numbers) {
        return tensor(suffix, type, List.of((long) rows, (long) columns), rows, columns, numbers);
    }

    /** @param numbers whose lowest bits are the bits of the tensor's elements */
    private TensorEntry tensor(
            String suffix, TensorType type, List<Long> shape, int rows, int columns, Numbers numbers) {
        int size = Math.toIntExact(type.sizeInBytes(1, 1));
        return new TensorEntry(name + suffix, type, shape, out -> {
            ByteBuffer line = ByteBuffer.allocate(size * columns).order(ByteOrder.LITTLE_ENDIAN);
            for (int row = 0; row < rows; row++) {
                line.clear();
                for (int column = 0; column < columns; column++) {
                    put(numbers.at(row, column), size, line);
                }
                out.write(line.flip());
            }
        });
    }

    private static void put(int number, int size, ByteBuffer target) {
        if (size == Short.BYTES) {
            target.putShort((short) number);
        } else if (size == Integer.BYTES) {
            target.putInt(number);
        } else {
            target.putLong(number);
        }
    }
}
