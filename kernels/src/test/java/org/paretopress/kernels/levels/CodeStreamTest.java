package org.paretopress.kernels.levels;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CodeStreamTest {

    private static final int[] LENGTHS = {1, 2, 3, 7, 8, 9, 13, 31, 64, 65, 207, 1001};

    private static byte[] codes(int length, int bits) {
        Random random = new Random(31L * length + bits);
        byte[] codes = new byte[length];
        for (int i = 0; i < length; i++) {
            codes[i] = (byte) random.nextInt(1 << bits);
        }
        return codes;
    }

    /** One bit after the other. */
    private static byte[] naivePack(byte[] codes, int bits) {
        byte[] packed = new byte[(codes.length * bits + 7) / 8];
        for (int k = 0; k < codes.length * bits; k++) {
            int bit = (codes[k / bits] >> (k % bits)) & 1;
            packed[k / 8] |= (byte) (bit << (k % 8));
        }
        return packed;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
    void packsLikeABitLoop(int bits) {
        for (int length : LENGTHS) {
            byte[] codes = codes(length, bits);
            byte[] packed = new byte[(int) CodeStream.sizeInBytes(length, bits)];
            new CodeStream(ByteBuffer.wrap(packed), 0, bits).write(codes);
            assertThat(packed).isEqualTo(naivePack(codes, bits));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
    void readsEveryRangeBehindAnyStart(int bits) {
        for (int length : LENGTHS) {
            byte[] codes = codes(length, bits);
            int start = length % 5;
            ByteBuffer buffer =
                    ByteBuffer.allocate(start + (length * bits + 7) / 8).order(ByteOrder.LITTLE_ENDIAN);
            buffer.put(start, naivePack(codes, bits));
            CodeStream stream = new CodeStream(buffer, start, bits);
            for (int first = 0; first < Math.min(length, 20); first++) {
                float[] target = new float[length - first + 1];
                stream.read(first, length - first, target, 1);
                for (int i = first; i < length; i++) {
                    assertThat(target[i - first + 1]).isEqualTo(codes[i] & 0xFF);
                    assertThat(stream.get(i)).isEqualTo(codes[i] & 0xFF);
                }
            }
        }
    }
}
