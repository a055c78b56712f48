package org.paretopress.kernels.levels;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * Numbers of the layer file, all little-endian:
 *
 * <pre>
 *  0  8 bytes  magic "PPLAYER" and a line feed
 *  8  int      format version
 * 12  int      length of the header JSON in bytes
 * 16  int      CRC-32C of bytes 0 to 15 and the header JSON
 * 20           header JSON, UTF-8, see {@link LayerHeader}
 *              zeros up to a multiple of 64: the payload section starts
 *              payloads in the order of the header, each padded with zeros to a multiple of 64
 * </pre>
 */
final class LayerFormat {

    static final long MAGIC = 0x0A_52_45_59_41_4C_50_50L;
    static final int VERSION = 2;
    static final int VERSION_AT = 8;
    static final int HEADER_LENGTH_AT = 12;
    static final int CHECKSUM_AT = 16;
    static final int HEADER_AT = 20;
    static final int ALIGNMENT = 64;

    private LayerFormat() {}

    /** The next multiple of the alignment. */
    static long align(long offset) {
        return (offset + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    }

    /** CRC-32C of the bytes between position and limit; the position stays. */
    static long crc32c(ByteBuffer bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes.duplicate());
        return crc.getValue();
    }

    /** Checksum over the fixed fields before it and the header JSON. */
    static int headerChecksum(ByteBuffer file, int headerLength) {
        CRC32C crc = new CRC32C();
        crc.update(file.slice(0, CHECKSUM_AT));
        crc.update(file.slice(HEADER_AT, headerLength));
        return (int) crc.getValue();
    }
}
