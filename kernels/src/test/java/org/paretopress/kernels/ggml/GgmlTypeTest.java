package org.paretopress.kernels.ggml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class GgmlTypeTest {

    private static final int BLOCKS = 64;

    /** Figures of ggml's structs. */
    @ParameterizedTest
    @CsvSource({
        "Q4_0, 2, 32, 18, 4.5",
        "Q5_0, 6, 32, 22, 5.5",
        "Q5_1, 7, 32, 24, 6",
        "Q8_0, 8, 32, 34, 8.5",
        "Q2_K, 10, 256, 84, 2.625",
        "Q3_K, 11, 256, 110, 3.4375",
        "Q4_K, 12, 256, 144, 4.5",
        "Q5_K, 13, 256, 176, 5.5",
        "Q6_K, 14, 256, 210, 6.5625"
    })
    void sizes(GgmlType type, int id, int blockSize, int bytesPerBlock, double bitsPerWeight) {
        assertThat(type.id()).isEqualTo(id);
        assertThat(type.blockSize()).isEqualTo(blockSize);
        assertThat(type.bytesPerBlock()).isEqualTo(bytesPerBlock);
        assertThat(type.bitsPerWeight()).isEqualTo(bitsPerWeight);
        assertThat(type.sizeInBytes(3, 2 * blockSize)).isEqualTo(6L * bytesPerBlock);
        assertThat(type.sizeInBytes(1 << 20, 1 << 14)).isEqualTo((1L << 34) / blockSize * bytesPerBlock);
    }

    @ParameterizedTest
    @EnumSource
    void rowsAreWholeBlocks(GgmlType type) {
        assertThatThrownBy(() -> type.sizeInBytes(4, type.blockSize() + 16))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("4 x " + (type.blockSize() + 16))
                .hasMessageContaining("\nMaybe ");
        assertThatThrownBy(() -> type.sizeInBytes(0, type.blockSize())).isInstanceOf(IllegalArgumentException.class);
    }

    /** CRC-32 of ggml's own floats, little-endian, of the same random bytes; for machines on which ggml cannot be called. */
    @ParameterizedTest
    @CsvSource({
        "Q4_0, 9742d9e2",
        "Q5_0, dd8056af",
        "Q5_1, 1626f17d",
        "Q8_0, b2c92239",
        "Q2_K, 834e1b40",
        "Q3_K, 1a416e99",
        "Q4_K, 20dc99ba",
        "Q5_K, 39811270",
        "Q6_K, 1a136939"
    })
    void weightsAreThoseThatGgmlGave(GgmlType type, String crc) {
        ByteBuffer weights =
                ByteBuffer.allocate(BLOCKS * type.blockSize() * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (float weight : BlockSamples.dequantize(type, finiteBlocks(type))) {
            weights.putFloat(weight);
        }
        CRC32 sum = new CRC32();
        sum.update(weights.array());
        assertThat(Long.toHexString(sum.getValue())).isEqualTo(crc);
    }

    /** Random bytes, the high bytes of halves such that they are numbers. */
    static ByteBuffer finiteBlocks(GgmlType type) {
        byte[] bytes = new byte[BLOCKS * type.bytesPerBlock()];
        new Random(21).nextBytes(bytes);
        for (int start = 0; start < bytes.length; start += type.bytesPerBlock()) {
            int half =
                    switch (type) {
                        case Q2_K -> 80;
                        case Q3_K -> 108;
                        case Q6_K -> 208;
                        default -> 0;
                    };
            for (int k = 1; k < 4 && half + k < type.bytesPerBlock(); k += 2) {
                bytes[start + half + k] &= (byte) 0xBB;
            }
        }
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    @Test
    void readsAndWritesAtAnyPlaceOfABuffer() {
        byte[] blocks = finiteBlocks(GgmlType.Q5_K).array();
        ByteBuffer shifted = ByteBuffer.allocate(blocks.length + 7).order(ByteOrder.LITTLE_ENDIAN);
        shifted.put(7, blocks);
        float[] expected = BlockSamples.dequantize(GgmlType.Q5_K, finiteBlocks(GgmlType.Q5_K));
        float[] target = new float[256 + 5];
        GgmlType.Q5_K.dequantize(shifted, 7 + 2 * 176, 1, target, 5);
        for (int i = 0; i < 256; i++) {
            assertThat(target[5 + i]).isEqualTo(expected[2 * 256 + i]);
        }
        assertThat(target).startsWith(0, 0, 0, 0, 0);
        assertThat(shifted.position()).isZero();
    }

    @Test
    void refusesABufferInTheOtherByteOrder() {
        assertThatThrownBy(() -> GgmlType.Q8_0.dequantize(ByteBuffer.allocate(34), 0, 1, new float[32], 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("BIG_ENDIAN")
                .hasMessageContaining("\nMaybe ");
    }
}
