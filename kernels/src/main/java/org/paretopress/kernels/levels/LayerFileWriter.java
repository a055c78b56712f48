package org.paretopress.kernels.levels;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes the file of one layer. The same input gives the same bytes.
 *
 * @param layer the linear weight matrix, such as {@code model.layers.3.mlp.up_proj}
 * @param rows outputs
 * @param columns inputs
 * @param methods how the levels were made: compressors and their parameters
 */
public record LayerFileWriter(String layer, int rows, int columns, List<String> methods) {

    /** One buffer maps a file; a mebibyte is left for the header. */
    private static final long MAX_PAYLOAD_BYTES = Integer.MAX_VALUE - (1L << 20);

    /**
     * Writes all levels; the stream stays open.
     *
     * @param levels by ascending size; none where nothing but the original weights is offered
     * @return the header as written
     * @throws IllegalArgumentException where the levels do not belong together
     */
    public LayerHeader write(List<MeasuredLevel> levels, OutputStream out) throws IOException {
        LayerHeader header = header(levels);
        WritableByteChannel channel = Channels.newChannel(out);
        writeFully(channel, preamble(new LevelJson().toBytes(header)));
        for (MeasuredLevel level : levels) {
            writeFully(channel, level.matrix().payload());
            long length = level.matrix().sizeInBytes();
            writeFully(channel, ByteBuffer.allocate((int) (LayerFormat.align(length) - length)));
        }
        return header;
    }

    /** The file as bytes. */
    public byte[] toBytes(List<MeasuredLevel> levels) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            write(levels, out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    private LayerHeader header(List<MeasuredLevel> levels) {
        List<LayerHeader.Level> entries = new ArrayList<>();
        long offset = 0;
        for (MeasuredLevel level : levels) {
            PackedMatrix matrix = level.matrix();
            requireShape(matrix);
            long crc32c = LayerFormat.crc32c(matrix.payload());
            entries.add(new LayerHeader.Level(
                    matrix.level(),
                    matrix.layout(),
                    matrix.bits(),
                    offset,
                    matrix.sizeInBytes(),
                    crc32c,
                    level.errors()));
            offset = LayerFormat.align(offset + matrix.sizeInBytes());
        }
        if (offset > MAX_PAYLOAD_BYTES) {
            throw new IllegalArgumentException("The levels of layer " + layer + " take " + offset
                    + " bytes, more than one file holds (" + MAX_PAYLOAD_BYTES + ").\nMaybe choose fewer levels.");
        }
        return new LayerHeader(layer, rows, columns, methods, entries);
    }

    private void requireShape(PackedMatrix matrix) {
        if (matrix.rows() != rows || matrix.columns() != columns) {
            throw new IllegalArgumentException("Layer " + layer + ": level \"" + matrix.level() + "\" is "
                    + matrix.rows() + " x " + matrix.columns() + ", expected " + rows + " x " + columns
                    + ".\nMaybe levels of several layers were mixed.");
        }
    }

    private static ByteBuffer preamble(byte[] json) {
        int size = (int) LayerFormat.align(LayerFormat.HEADER_AT + json.length);
        ByteBuffer preamble = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
        preamble.putLong(LayerFormat.MAGIC).putInt(LayerFormat.VERSION).putInt(json.length);
        preamble.put(LayerFormat.HEADER_AT, json);
        return preamble.putInt(LayerFormat.headerChecksum(preamble, json.length))
                .clear();
    }

    private static void writeFully(WritableByteChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }
}
