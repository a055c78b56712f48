package org.paretopress.kernels.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.sun.jna.Memory;
import com.sun.jna.StringArray;
import com.sun.jna.ptr.LongByReference;
import com.sun.jna.ptr.PointerByReference;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The emulator against plain Java; {@code examples.cu} has the kernels. */
class EmulatedCudaTest {

    private static final int FLOAT = 0;
    private static final int BFLOAT16 = 1;
    private static final int FLOAT16 = 2;

    private static EmulatedCalls cuda;

    private final Random random = new Random(1);

    @BeforeAll
    static void context() {
        if (EmulatedCuda.isAvailable()) {
            cuda = new EmulatedCalls(EmulatedCuda.folder());
            cuda.ok("cuInit", 0);
            cuda.ok("cuCtxSetCurrent", cuda.got("cuDevicePrimaryCtxRetain", 0));
        }
    }

    /** Not once for all of them, of which the report would then show none. */
    @BeforeEach
    void available() {
        EmulatedCuda.assumeAvailable();
    }

    @AfterAll
    static void release() {
        if (cuda != null) {
            cuda.ok("cuDevicePrimaryCtxRelease_v2", 0);
            cuda.ok("cuCtxSetCurrent", 0L);
        }
    }

    @Test
    void oneLibraryHasThreeNames() {
        assertThat(cuda.addressOf("libnvrtc.so.13", "cuInit")).isEqualTo(cuda.addressOf("libcuda.so.1", "cuInit"));
        assertThat(cuda.addressOf("libcublasLt.so.13", "cuInit")).isEqualTo(cuda.addressOf("libcuda.so.1", "cuInit"));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 31, 257, 10_003})
    void vectorsOfOddSizesAreAdded(int size) {
        float[] a = floats(size);
        long sums = cuda.allocate(4L * size);
        cuda.run(FLOAT, "add", (size + 127) / 128, 128, 0, cuda.upload(a), 0.5f, sums, size);
        float[] actual = cuda.download(sums, size);
        for (int i = 0; i < size; i++) {
            assertThat(actual[i]).isEqualTo(a[i] + 0.5f);
        }
    }

    @Test
    void blocksReduceWithBarriersAndShuffles() {
        float[] values = floats(3 * 1001);
        long sums = cuda.allocate(3 * 8);
        long counts = cuda.allocate(3 * 4);
        cuda.run(FLOAT, "reduce", 3, 256, 0, cuda.upload(values), sums, counts, 1001);
        for (int row = 0; row < 3; row++) {
            double sum = 0;
            int count = 0;
            for (int i = 0; i < 1001; i++) {
                sum += values[row * 1001 + i];
                count += values[row * 1001 + i] > 0 ? 1 : 0;
            }
            assertThat(cuda.bytes(sums, 24).getDouble(8L * row)).isCloseTo(sum, within(1e-9));
            assertThat(cuda.bytes(counts, 12).getInt(4L * row)).isEqualTo(count);
        }
    }

    @Test
    void threadsKnowTheirPlaces() {
        long out = cuda.allocate(4 * 24 * 64);
        assertThat(cuda.launch(FLOAT, "places", new int[] {2, 3, 4, 16, 2, 2}, 0, out))
                .isZero();
        float[] actual = cuda.download(out, 24 * 64);
        for (int i = 0; i < actual.length; i++) {
            assertThat(actual[i]).isEqualTo(i % 64 / 32 * 32 + 31 - i % 32);
        }
    }

    /** Threads run in either order, so whoever reads without a barrier meets what is undefined. */
    @ParameterizedTest
    @ValueSource(ints = {1, -1})
    void aMissingBarrierShows(int step) {
        long out = cuda.allocate(2 * 64 * 4);
        cuda.run(FLOAT, "neighbour", 2, 64, 64 * 4, out, step, 1);
        float[] actual = cuda.download(out, 128);
        for (int i = 0; i < 128; i++) {
            assertThat(actual[i]).isEqualTo((i + step + 64) % 64);
        }
        cuda.run(FLOAT, "neighbour", 2, 64, 64 * 4, out, step, 0);
        assertThat(cuda.download(out, 128)).contains(Float.NaN);
    }

    @Test
    void dynamicSharedMemoryIsLimitedAndGuarded() {
        int most = 227 * 1024;
        cuda.run(FLOAT, "write_shared", 1, 1, 48 * 1024, 48 * 1024);
        assertThat(cuda.launch(FLOAT, "write_shared", 1, 1, 1024, 1025)).isEqualTo(700);
        assertThat(cuda.launch(FLOAT, "write_shared", 1, 1, 1024, 0)).isEqualTo(700);
        assertThat(cuda.launch(FLOAT, "write_shared", 1, 1, 48 * 1024 + 1, 1)).isEqualTo(1);
        long function = cuda.got("cuModuleGetFunction", cuda.module(FLOAT), "write_shared");
        assertThat(cuda.call("cuFuncSetAttribute", function, 8, most + 1)).isEqualTo(1);
        cuda.ok("cuFuncSetAttribute", function, 8, most);
        cuda.run(FLOAT, "write_shared", 1, 1, most, most);
        assertThat(cuda.launch(FLOAT, "write_shared", 0, 1, 0, 1)).isEqualTo(1);
        assertThat(cuda.launch(FLOAT, "write_shared", 1, 1025, 0, 1)).isEqualTo(1);
    }

    @Test
    void asynchronousCopiesCompleteWhenTheyAreWaitedFor() {
        long from = cuda.upload(new float[] {1, 2, 3, 4, 5, 6, 7, 8});
        long out = cuda.allocate(32);
        float none = Float.NaN;
        cuda.run(FLOAT, "copy", 1, 1, 0, from, out, 1, 0, 0);
        assertThat(cuda.download(out, 8)).containsExactly(1, 2, 3, 4, 5, 6, 7, 8);
        cuda.run(FLOAT, "copy", 1, 1, 0, from, out, 0, 0, 0);
        assertThat(cuda.download(out, 8)).containsExactly(1, 2, 3, 4, 0, 0, 0, 0);
        cuda.run(FLOAT, "copy", 1, 1, 0, from, out, 1, 0, 1);
        assertThat(cuda.download(out, 8)).containsExactly(1, 2, 3, 4, none, none, none, none);
        cuda.run(FLOAT, "copy", 1, 1, 0, from, out, 1, 0, 2);
        assertThat(cuda.download(out, 8)).containsOnly(none);
        assertThat(cuda.launch(FLOAT, "copy", 1, 1, 0, from, out, 0, 1, 0)).isEqualTo(716);
        assertThat(cuda.launch(FLOAT, "copy", 1, 1, 0, from, out, 0, 8, 0)).isEqualTo(700);
    }

    @ParameterizedTest
    @CsvSource({"1, true", "1, false", "2, true", "2, false"})
    void tensorCoresMultiplyLoadedMatrices(int operand, boolean transposed) {
        short[] a = operands(256, operand);
        short[] b = operands(256, operand);
        long c = cuda.allocate(256 * 4);
        cuda.run(operand, "multiply", 1, 32, 0, cuda.upload(a), cuda.upload(b), c, transposed ? 1 : 0);
        float[] actual = cuda.download(c, 256);
        for (int m = 0; m < 16; m++) {
            for (int n = 0; n < 16; n++) {
                double sum = 1;
                for (int k = 0; k < 16; k++) {
                    sum += widen(a[m * 16 + k], operand) * widen(b[transposed ? k * 16 + n : n * 16 + k], operand);
                }
                assertThat((double) actual[m * 16 + n]).as("%d, %d", m, n).isCloseTo(sum, within(1e-5));
            }
        }
    }

    /** All operands survive; what lies between two goes to the nearer, in the middle to the even one. */
    @ParameterizedTest
    @ValueSource(ints = {BFLOAT16, FLOAT16})
    void numbersAreRoundedToTheNearestEven(int operand) {
        int infinity = operand == BFLOAT16 ? 0x7f80 : 0x7c00;
        float[] from = new float[infinity * 4];
        for (int bits = 0; bits < infinity; bits++) {
            int below = Math.min(bits, infinity - 2);
            float step = widen((short) (below + 1), operand) - widen((short) below, operand);
            from[bits * 4] = widen((short) bits, operand);
            from[bits * 4 + 2] = from[bits * 4] + step / 2;
            from[bits * 4 + 1] = Math.nextDown(from[bits * 4 + 2]);
            from[bits * 4 + 3] = Math.nextUp(from[bits * 4 + 2]);
        }
        long to = cuda.allocate(4L * from.length);
        long back = cuda.allocate(4L * from.length);
        int blocks = (from.length + 255) / 256;
        cuda.run(operand, "convert", blocks, 256, 0, cuda.upload(from), to, back, from.length);
        int[] words = cuda.bytes(to, 4L * from.length).getIntArray(0, from.length);
        float[] widened = cuda.download(back, from.length);
        for (int i = 0; i < from.length; i++) {
            int expected = i / 4 + (i % 4 == 3 || i % 4 == 2 && i / 4 % 2 == 1 ? 1 : 0);
            assertThat(words[i]).as("%s", from[i]).isEqualTo(expected | (expected | 0x8000) << 16);
            assertThat(widened[i]).isEqualTo(widen((short) expected, operand));
        }
        cuda.run(operand, "convert", 1, 1, 0, cuda.upload(new float[] {Float.NaN}), to, back, 1);
        assertThat(cuda.download(back, 1)).containsOnly(Float.NaN);
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "1, 1", "1, 0", "2, 2", "2, 0"})
    void matricesAreMultiplied(int operand, int result) {
        for (int variant = 0; variant < 8; variant++) {
            product(operand, result, variant & 1, variant >> 1 & 1, variant < 4 ? 0 : 0.25f);
        }
    }

    /** D = 1.5 op(A) op(B) + beta C, column-major, with three rows between columns that are left alone. */
    private void product(int operand, int result, int transA, int transB, float beta) {
        int m = 19;
        int n = 23;
        int k = 37;
        int[] rows = {transA == 1 ? k : m, transB == 1 ? n : k, m, m};
        int[] columns = {transA == 1 ? m : k, transB == 1 ? k : n, n, n};
        int[] types = {operand, operand, result, result};
        float[][] values = new float[4][];
        long[] addresses = new long[4];
        long[] layouts = new long[4];
        for (int i = 0; i < 4; i++) {
            int size = (rows[i] + 3) * columns[i];
            short[] words = operands(size, types[i]);
            values[i] = widened(words, types[i]);
            addresses[i] = i == 2 && beta == 0 ? 0 : types[i] == FLOAT ? cuda.upload(values[i]) : cuda.upload(words);
            layouts[i] = cuda.layout(types[i], rows[i], columns[i], rows[i] + 3);
        }
        assertThat(cuda.multiply(transA, transB, addresses, layouts, beta)).isZero();
        int count = values[3].length;
        float[] actual = result == FLOAT
                ? cuda.download(addresses[3], count)
                : widened(cuda.bytes(addresses[3], 2L * count).getShortArray(0, count), result);
        for (int i = 0; i < count; i++) {
            int row = i % (m + 3);
            int column = i / (m + 3);
            double expected = row >= m ? values[3][i] : beta == 0 ? 0 : beta * values[2][i];
            for (int j = 0; row < m && j < k; j++) {
                expected += 1.5
                        * values[0][transA == 1 ? row * (k + 3) + j : j * (m + 3) + row]
                        * values[1][transB == 1 ? j * (n + 3) + column : column * (k + 3) + j];
            }
            double step = new double[] {0, 0x1p-8, 0x1p-11}[result];
            assertThat((double) actual[i]).isCloseTo(expected, within(step * Math.abs(expected) + 1e-4));
        }
    }

    @Test
    void productsThatDoNotFitAreRefused() {
        long[] layouts = {
            cuda.layout(FLOAT, 8, 4, 8),
            cuda.layout(FLOAT, 4, 8, 4),
            cuda.layout(FLOAT, 8, 8, 8),
            cuda.layout(FLOAT, 8, 8, 8)
        };
        long memory = cuda.allocate(1024);
        assertThat(cuda.multiply(0, 0, new long[] {memory, memory + 256, 0, memory + 512}, layouts, 0))
                .isZero();
        assertThat(cuda.multiply(1, 0, new long[] {memory, memory + 256, 0, memory + 512}, layouts, 0))
                .as("shapes")
                .isEqualTo(7);
        assertThat(cuda.multiply(0, 0, new long[] {memory + 4, memory + 256, 0, memory + 512}, layouts, 0))
                .as("alignment")
                .isEqualTo(7);
        assertThat(cuda.multiply(0, 0, new long[] {memory, memory + 256, 0, memory + 768 + 256}, layouts, 0))
                .as("memory")
                .isEqualTo(13);
        assertThat(cuda.multiply(0, 0, new long[] {memory, memory + 256, 0, memory}, layouts, 0))
                .as("result over operand")
                .isEqualTo(7);
    }

    @Test
    void memoryIsBoundedAndChecked() {
        LongByReference address = new LongByReference();
        long free = cuda.got("cuMemGetInfo_v2", new LongByReference());
        assertThat(cuda.call("cuMemAlloc_v2", address, free + 1)).isEqualTo(2);
        assertThat(cuda.call("cuMemAlloc_v2", address, -1L)).isEqualTo(2);
        assertThat(cuda.call("cuMemAlloc_v2", address, 0L)).isEqualTo(1);
        long memory = cuda.allocate(100);
        assertThat(memory % 256).isZero();
        assertThat(cuda.download(memory, 25)).containsOnly(Float.NaN);
        Memory host = new Memory(200);
        assertThat(cuda.call("cuMemcpyHtoD_v2", memory, host, 101L)).isEqualTo(700);
        assertThat(cuda.call("cuMemcpyHtoDAsync_v2", memory - 4, host, 8L, 0L)).isEqualTo(700);
        assertThat(cuda.call("cuMemcpyDtoH_v2", host, memory + 97, 4L)).isEqualTo(700);
        cuda.ok("cuMemsetD8Async", memory, (byte) 0, 100L, 0L);
        assertThat(cuda.call("cuMemsetD8Async", memory, (byte) 0, 101L, 0L)).isEqualTo(700);
        assertThat(cuda.call("cuMemFree_v2", memory + 4)).isEqualTo(1);
        cuda.ok("cuMemFree_v2", memory);
        assertThat(cuda.call("cuMemFree_v2", memory)).isEqualTo(1);
        assertThat(cuda.call("cuMemcpyHtoD_v2", memory, host, 4L)).isEqualTo(700);
    }

    @Test
    void rowsAreCopiedByTheirPitch() {
        long from = cuda.upload(new float[] {0, 1, 2, 3, 4, 5, 6, 7, 8, 9});
        long to = cuda.upload(new float[9]);
        Memory copy = new Memory(128); // CUDA_MEMCPY2D: x, y, type, host, device, array, pitch, twice; width and height
        long[] words = {4, 0, 2, 0, from, 0, 20, 0, 1, 2, 0, to, 0, 12, 8, 2};
        copy.write(0, words, 0, 16);
        cuda.ok("cuMemcpy2DAsync_v2", copy, 0L);
        assertThat(cuda.download(to, 9)).containsExactly(0, 0, 0, 1, 2, 0, 6, 7, 0);
        copy.setLong(120, 3);
        assertThat(cuda.call("cuMemcpy2DAsync_v2", copy, 0L)).isEqualTo(700);
    }

    @Test
    void aThreadNeedsAContext() {
        CompletableFuture<Integer> result = new CompletableFuture<>();
        new Thread(() -> result.complete(cuda.call("cuMemAlloc_v2", new LongByReference(), 4L))).start();
        assertThat(result.join()).isEqualTo(201);
    }

    @Test
    void wrongKernelsFailAndOthersRunOn() {
        long out = cuda.allocate(64 * 4);
        assertThat(cuda.launch(FLOAT, "some_wait", 2, 64, 0, out, 63)).isEqualTo(719);
        assertThat(cuda.launch(FLOAT, "wait_for_different", 2, 64, 0, out, 16)).isEqualTo(719);
        assertThat(cuda.launch(FLOAT, "write_at", 1, 1, 0, out, 64)).isEqualTo(700);
        assertThat(cuda.launch(FLOAT, "write_at", 1, 1, 0, 4096L, 0)).isEqualTo(700);
        cuda.run(FLOAT, "some_wait", 2, 64, 0, out, 64);
        assertThat(cuda.download(out, 64)).containsOnly(1);
    }

    @Test
    void theCompilerNamesTheLineOfAnError() {
        String source = "#include \"constants.h\"\n\nextern \"C\" __global__ void none() {\n    int i = TWO +;\n}\n";
        StringArray texts =
                new StringArray(new String[] {"#include \"primitives.cuh\"\n#define TWO 2\n", "#error PTX"});
        StringArray names = new StringArray(new String[] {"constants.h", "primitives.cuh"});
        long program = cuda.got("nvrtcCreateProgram", source, "none.cu", 2, texts, names);
        assertThat(cuda.call("nvrtcCompileProgram", program, 1, new StringArray(new String[] {"--maybe"})))
                .isEqualTo(5);
        assertThat(cuda.call("nvrtcCompileProgram", program, 0, null)).isEqualTo(6);
        Memory log = new Memory(cuda.size("nvrtcGetProgramLogSize", program));
        cuda.ok("nvrtcGetProgramLog", program, log);
        assertThat(log.getString(0)).contains("none.cu:4:").contains("error");
        assertThat(cuda.call("nvrtcGetCUBIN", program, log)).isEqualTo(4);
        cuda.ok("nvrtcDestroyProgram", new LongByReference(program));
    }

    @Test
    void imagesAreForDevicesOfTheirKind() {
        LongByReference module = new LongByReference();
        assertThat(cuda.call("cuModuleLoadData", module, cuda.image(FLOAT, "sm_90")))
                .isEqualTo(209);
        assertThat(cuda.call("cuModuleLoadData", module, new Memory(64))).isEqualTo(200);
        cuda.ok("cuModuleLoadData", module, cuda.image(FLOAT, "sm_80"));
        assertThat(cuda.call("cuModuleGetFunction", new LongByReference(), module.getValue(), "ad"))
                .isEqualTo(500);
        cuda.ok("cuModuleUnload", module.getValue());
        assertThat(cuda.call("cuModuleUnload", module.getValue())).isEqualTo(400);
        PointerByReference name = new PointerByReference();
        cuda.ok("cuGetErrorName", 719, name);
        assertThat(name.getValue().getString(0)).isEqualTo("CUDA_ERROR_LAUNCH_FAILED");
    }

    private float[] floats(int count) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = random.nextFloat() * 2 - 1;
        }
        return values;
    }

    /** Numbers from 2⁻⁶ to 4 with either sign. */
    private short[] operands(int count, int operand) {
        int fractionBits = operand == FLOAT16 ? 10 : 7;
        int least = ((operand == FLOAT16 ? 15 : 127) - 6) << fractionBits;
        short[] values = new short[count];
        for (int i = 0; i < count; i++) {
            values[i] = (short) (least + random.nextInt(8 << fractionBits) | random.nextInt(2) << 15);
        }
        return values;
    }

    private static float widen(short bits, int operand) {
        if (operand != FLOAT16) {
            return Float.intBitsToFloat(bits << 16);
        }
        int exponent = bits >> 10 & 31;
        int fraction = bits & 0x3ff;
        float magnitude = exponent == 31
                ? Float.POSITIVE_INFINITY
                : Math.scalb((float) (exponent == 0 ? fraction : fraction + 1024), Math.max(exponent, 1) - 25);
        return bits < 0 ? -magnitude : magnitude;
    }

    private static float[] widened(short[] words, int operand) {
        float[] values = new float[words.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = widen(words[i], operand);
        }
        return values;
    }
}
