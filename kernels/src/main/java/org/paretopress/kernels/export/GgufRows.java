package org.paretopress.kernels.export;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.WritableByteChannel;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.LongUnaryOperator;
import org.paretopress.kernels.compress.GgmlGrids;
import org.paretopress.kernels.ggml.BlockGrid;
import org.paretopress.kernels.ggml.GgmlType;
import org.paretopress.kernels.levels.Dropped;
import org.paretopress.kernels.levels.GgmlBlocks;
import org.paretopress.kernels.levels.Layout;
import org.paretopress.kernels.levels.PackedMatrix;
import org.paretopress.kernels.levels.SparseGrid;
import org.paretopress.kernels.levels.UniformGrid;
import org.paretopress.kernels.model.DataType;
import org.paretopress.kernels.model.ModelFile;
import org.paretopress.kernels.model.TensorInfo;
import org.paretopress.kernels.model.TensorType;

/**
 * How the rows of a matrix are stored in a GGUF file.
 *
 * @param type of the tensor
 * @param columns of the matrix
 * @param encoder turns a row into bytes
 */
record GgufRows(TensorType type, int columns, Encoder encoder) {

    /** Puts a row of the matrix at the start of a little-endian buffer of its length. */
    @FunctionalInterface
    interface Encoder {
        void put(int row, ByteBuffer target);
    }

    /** Fills an array with a row of the matrix. */
    private interface Source {
        void read(int row, float[] values);
    }

    /** Original weights: vectors in 32 bits, as llama.cpp wants norms, matrices as they are. */
    static GgufRows dense(ModelFile model, TensorInfo tensor) {
        return tensor.shape().size() > 1
                ? new GgufRows(tensor.type(), tensor.columns(), new Stored(model, tensor))
                : plain(DataType.F32, tensor.columns(), (row, values) -> model.read(tensor, row, 1, values));
    }

    /** Rows as the model has them, some at a time. */
    private static final class Stored implements Encoder {

        private static final long BYTES_AT_ONCE = 1 << 24;

        private final ModelFile model;
        private final TensorInfo tensor;
        private final int rowBytes;
        private final int rowsAtOnce;
        private int first;
        private ByteBuffer some;

        Stored(ModelFile model, TensorInfo tensor) {
            this.model = model;
            this.tensor = tensor;
            this.rowBytes = Math.toIntExact(tensor.type().sizeInBytes(1, tensor.columns()));
            this.rowsAtOnce = (int) Math.max(1, BYTES_AT_ONCE / rowBytes);
        }

        @Override
        public void put(int row, ByteBuffer target) {
            if (some == null || row < first || row >= first + rowsAtOnce) {
                first = row / rowsAtOnce * rowsAtOnce;
                some = model.bytes(tensor, first, Math.min(rowsAtOnce, tensor.rows() - first));
            }
            target.put(0, some, (row - first) * rowBytes, rowBytes);
        }
    }

    /** A level: blocks of ggml byte for byte; grids rounded to the K-quant of as many bits; all else in 16 bits. */
    static GgufRows of(PackedMatrix matrix) {
        if (matrix.layout() instanceof GgmlBlocks blocks) {
            ByteBuffer payload = matrix.payload();
            int bytes = (int) blocks.type().sizeInBytes(1, matrix.columns());
            return new GgufRows(
                    new TensorType.Blocks(blocks.type()),
                    matrix.columns(),
                    (row, target) -> target.put(0, payload, row * bytes, bytes));
        }
        return kQuant(matrix.layout(), matrix.rows(), matrix.columns())
                .map(type -> rounded(type, matrix))
                .orElseGet(() -> plain(DataType.F16, matrix.columns(), matrix::dequantize));
    }

    private static Optional<GgmlType> kQuant(Layout layout, int rows, int columns) {
        int bits = bits(layout);
        return bits == 0
                ? Optional.empty()
                : new GgmlGrids(List.of(bits == 7 ? 8 : bits))
                        .layouts(rows, columns).stream()
                                .map(one -> ((GgmlBlocks) one).type())
                                .findFirst();
    }

    /** Of a code; 0 where a level has none. Zeros take the smallest. */
    private static int bits(Layout layout) {
        if (layout instanceof UniformGrid grid) {
            return grid.bits();
        }
        return layout instanceof SparseGrid grid ? grid.bits() : layout instanceof Dropped ? 2 : 0;
    }

    private static GgufRows plain(DataType type, int columns, Source source) {
        float[] values = new float[columns];
        return new GgufRows(type, columns, (row, target) -> {
            source.read(row, values);
            for (int column = 0; column < columns; column++) {
                type.write(target, column * type.sizeInBytes(), values[column]);
            }
        });
    }

    private static GgufRows rounded(GgmlType type, PackedMatrix matrix) {
        int columns = matrix.columns();
        float[] floats = new float[columns];
        double[] values = new double[columns];
        double[] importance = new double[columns];
        Arrays.fill(importance, 1);
        byte[] codes = new byte[type.blockSize()];
        return new GgufRows(new TensorType.Blocks(type), columns, (row, target) -> {
            matrix.dequantize(row, floats);
            Arrays.setAll(values, column -> floats[column]);
            for (int first = 0; first < columns; first += codes.length) {
                BlockGrid grid = type.fit(values, first, importance);
                for (int i = 0; i < codes.length; i++) {
                    codes[i] = (byte) grid.code(i, values[first + i]);
                }
                grid.write(codes, target, first / codes.length * type.bytesPerBlock());
            }
        });
    }

    /**
     * Writes all rows.
     *
     * @param order which row of the matrix comes at each place
     */
    void write(long rows, LongUnaryOperator order, WritableByteChannel out) throws IOException {
        ByteBuffer bytes =
                ByteBuffer.allocate((int) type.sizeInBytes(1, columns)).order(ByteOrder.LITTLE_ENDIAN);
        for (long row = 0; row < rows; row++) {
            encoder.put((int) order.applyAsLong(row), bytes);
            out.write(bytes.clear());
        }
    }
}
