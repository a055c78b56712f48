package org.paretopress.kernels.ggml;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.jna.Library;
import com.sun.jna.NativeLibrary;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** llama.cpp's own quantizers, as the natives of its Java binding export them; where they cannot run, tests are skipped. */
final class NativeGgml {

    private static final String RESOURCE = "/de/kherud/llama/Linux/x86_64/libjllama.so";
    /** What the library was compiled for; without them the process would end by SIGILL. */
    private static final List<String> NEEDED = List.of("avx2", "fma", "f16c", "bmi2");

    /** RTLD_LAZY without RTLD_GLOBAL: it brings a C++ runtime of its own, which nobody else may take for theirs. */
    private static final Map<String, Integer> APART = Map.of(Library.OPTION_OPEN_FLAGS, 1);

    private final NativeLibrary library;

    private NativeGgml(NativeLibrary library) {
        this.library = library;
    }

    /** The library, or the end of the test. */
    static NativeGgml load() {
        assumeTrue(
                System.getProperty("os.name").equals("Linux")
                        && System.getProperty("os.arch").equals("amd64")
                        && cpuFlags().containsAll(NEEDED),
                "skipped: ggml's natives are called on Linux x86-64 with AVX2 only");
        return new NativeGgml(open());
    }

    private static NativeLibrary open() {
        try {
            Path file = Files.createTempFile("libjllama", ".so");
            try (InputStream in = NativeGgml.class.getResourceAsStream(RESOURCE)) {
                assumeTrue(in != null, "skipped: " + RESOURCE + " is not on the class path");
                Files.copy(in, file, StandardCopyOption.REPLACE_EXISTING);
                NativeLibrary library = NativeLibrary.getInstance(file.toString(), APART);
                // Fills the table by which ggml widens halves.
                library.getFunction("ggml_cpu_init").invokeVoid(new Object[0]);
                return library;
            } finally {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (UnsatisfiedLinkError e) {
            assumeTrue(false, "skipped: ggml's natives cannot be loaded here: " + e.getMessage());
            throw e;
        }
    }

    private static List<String> cpuFlags() {
        try {
            return Files.readAllLines(Path.of("/proc/cpuinfo"), StandardCharsets.ISO_8859_1).stream()
                    .filter(line -> line.startsWith("flags"))
                    .findFirst()
                    .map(line -> Arrays.asList(line.split("\\s+")))
                    .orElse(List.of());
        } catch (IOException e) {
            return List.of();
        }
    }

    /** ggml's weights of whole blocks. */
    float[] dequantize(GgmlType type, byte[] blocks) {
        float[] weights = new float[blocks.length / type.bytesPerBlock() * type.blockSize()];
        library.getFunction("dequantize_row_" + name(type))
                .invokeVoid(new Object[] {blocks, weights, (long) weights.length});
        return weights;
    }

    /** ggml's reference quantization, which knows no importance. */
    ByteBuffer quantizeByReference(GgmlType type, float[] weights) {
        byte[] blocks = new byte[weights.length / type.blockSize() * type.bytesPerBlock()];
        library.getFunction("quantize_row_" + name(type) + "_ref")
                .invokeVoid(new Object[] {weights, blocks, (long) weights.length});
        return ByteBuffer.wrap(blocks).order(ByteOrder.LITTLE_ENDIAN);
    }

    /**
     * ggml's quantization by importance.
     *
     * @param importance one a column
     */
    ByteBuffer quantizeByImportance(GgmlType type, float[] weights, float[] importance) {
        byte[] blocks = new byte[weights.length / type.blockSize() * type.bytesPerBlock()];
        library.getFunction("quantize_" + name(type))
                .invoke(
                        long.class,
                        new Object[] {
                            weights,
                            blocks,
                            (long) weights.length / importance.length,
                            (long) importance.length,
                            importance
                        },
                        Map.of());
        return ByteBuffer.wrap(blocks).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static String name(GgmlType type) {
        return type.name().toLowerCase(Locale.ROOT).replace("_k", "_K");
    }
}
