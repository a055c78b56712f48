package org.paretopress.kernels.compress;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.StreamCorruptedException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/**
 * Binary form of {@link CalibrationStatistics}, all little-endian:
 *
 * <pre>
 *  0  8 bytes  magic "PPSTATS" and a line feed
 *  8  int      format version
 * 12  int      columns, n
 * 16  long     tokens
 * 24  int      CRC-32C of bytes 0 to 23
 * 28           upper triangle row by row (row ≤ column), n (n + 1) / 2 doubles
 *     int      CRC-32C of the doubles
 * </pre>
 */
public final class StatisticsFile {

    private static final long MAGIC = 0x0A_53_54_41_54_53_50_50L;
    private static final int VERSION = 1;
    private static final int CHECKED_BYTES = 24;
    private static final int PREAMBLE_BYTES = CHECKED_BYTES + Integer.BYTES;

    private StatisticsFile() {}

    /** Bytes of the statistics of an input of so many columns. */
    public static int sizeInBytes(int columns) {
        return Math.toIntExact(PREAMBLE_BYTES + Double.BYTES * (columns * (columns + 1L) / 2) + Integer.BYTES);
    }

    /**
     * Writes statistics; the stream stays open.
     *
     * @param triangle as in {@link CalibrationStatistics#ofUpperTriangle}
     */
    public static void write(int columns, long tokens, double[] triangle, OutputStream out) throws IOException {
        ByteBuffer preamble = buffer(PREAMBLE_BYTES);
        preamble.putLong(MAGIC).putInt(VERSION).putInt(columns).putLong(tokens);
        out.write(preamble.putInt(checksum(preamble)).array());
        CRC32C crc = new CRC32C();
        for (int row = 0, next = 0; row < columns; row++) {
            ByteBuffer line = buffer(Double.BYTES * (columns - row));
            for (int column = row; column < columns; column++) {
                line.putDouble(triangle[next++]);
            }
            crc.update(line.array());
            out.write(line.array());
        }
        out.write(buffer(Integer.BYTES).putInt((int) crc.getValue()).array());
    }

    /**
     * Reads statistics, no further than their last byte; the stream stays open.
     *
     * @param file name for errors
     * @throws StreamCorruptedException where the bytes are not what was written, naming file, offset and reason
     */
    public static CalibrationStatistics read(String file, InputStream in) throws IOException {
        ByteBuffer preamble =
                ByteBuffer.wrap(readFully(file, in, 0, PREAMBLE_BYTES)).order(ByteOrder.LITTLE_ENDIAN);
        requirePreamble(file, preamble);
        int columns = preamble.getInt(12);
        double[] triangle = new double[Math.toIntExact(columns * (columns + 1L) / 2)];
        int next = 0;
        CRC32C crc = new CRC32C();
        long offset = PREAMBLE_BYTES;
        for (int row = 0; row < columns; row++) {
            byte[] line = readFully(file, in, offset, Double.BYTES * (columns - row));
            crc.update(line);
            ByteBuffer.wrap(line)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .asDoubleBuffer()
                    .get(triangle, next, columns - row);
            next += columns - row;
            offset += line.length;
        }
        byte[] stored = readFully(file, in, offset, Integer.BYTES);
        requireEqual(
                file,
                offset,
                (int) crc.getValue(),
                ByteBuffer.wrap(stored).order(ByteOrder.LITTLE_ENDIAN).getInt());
        return CalibrationStatistics.ofUpperTriangle(columns, preamble.getLong(16), triangle);
    }

    private static void requirePreamble(String file, ByteBuffer preamble) throws StreamCorruptedException {
        if (preamble.getLong(0) != MAGIC) {
            throw corrupt(file, 0, "the magic is missing", "it is no file of calibration statistics");
        }
        if (preamble.getInt(8) != VERSION) {
            String reason = "format version is " + preamble.getInt(8) + ", this program reads " + VERSION;
            throw corrupt(file, 8, reason, "another version of Paretopress wrote it");
        }
        requireEqual(file, CHECKED_BYTES, checksum(preamble), preamble.getInt(CHECKED_BYTES));
        int columns = preamble.getInt(12);
        if (columns < 1 || columns > CalibrationStatistics.MAX_COLUMNS) {
            throw corrupt(file, 12, "columns is " + columns, "another program wrote it");
        }
    }

    private static byte[] readFully(String file, InputStream in, long offset, int length) throws IOException {
        byte[] bytes = in.readNBytes(length);
        if (bytes.length < length) {
            throw corrupt(file, offset + bytes.length, "it ends early", "writing was interrupted");
        }
        return bytes;
    }

    private static void requireEqual(String file, long offset, int found, int expected)
            throws StreamCorruptedException {
        if (found != expected) {
            String reason = String.format("checksum is %08x, expected %08x", found, expected);
            throw corrupt(file, offset, reason, "the disk or a copy damaged it");
        }
    }

    private static int checksum(ByteBuffer preamble) {
        CRC32C crc = new CRC32C();
        crc.update(preamble.array(), 0, CHECKED_BYTES);
        return (int) crc.getValue();
    }

    private static ByteBuffer buffer(int size) {
        return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static StreamCorruptedException corrupt(String file, long offset, String reason, String likely) {
        return new StreamCorruptedException(file + " is corrupt at byte " + offset + ": " + reason + ".\nMaybe "
                + likely + "; levels CONFIG --repair calibrates again.");
    }
}
