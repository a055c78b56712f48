package org.paretopress.kernels.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.paretopress.kernels.ops.Precision;

/**
 * The kernels' sources have the numbers that the Java side has. They are compiled by CUDA's own compilers, which need no GPU; where a machine
 * has none, this says so.
 */
class KernelSourcesTest {

    private static final List<String> FILES =
            List.of("kernels.cu", "attention.cu", "primitives.cuh", "reductions.cuh", "levels.cuh", "ggml.cuh");

    /** The newest driver that is thought of: libraries of CUDA 12 and 13 serve. */
    private static final int DRIVER = 13_000;

    @TempDir
    private Path folder;

    /** What {@link CompiledKernels} compiles on devices of two generations, and without tensor cores on an older one. */
    private record Variant(String file, String architecture, Precision precision, List<String> others) {

        List<String> options() {
            List<String> options = new ArrayList<>(List.of(
                    "--gpu-architecture=sm_" + architecture, "-DOPERAND=" + CompiledKernels.operand(precision)));
            options.addAll(others);
            return options;
        }
    }

    static Stream<Variant> variants() {
        return Stream.of(
                new Variant("kernels.cu", "75", Precision.FLOAT32, List.of()),
                new Variant("kernels.cu", "80", Precision.FLOAT16, List.of()),
                new Variant("kernels.cu", "90", Precision.FLOAT32, List.of()),
                new Variant("kernels.cu", "90", Precision.BFLOAT16, List.of()),
                new Variant("attention.cu", "80", Precision.FLOAT16, List.of("-DHEAD_SIZE=64")),
                new Variant("attention.cu", "80", Precision.BFLOAT16, List.of("-DHEAD_SIZE=128")),
                new Variant("attention.cu", "90", Precision.BFLOAT16, List.of("-DHEAD_SIZE=16")),
                new Variant("attention.cu", "90", Precision.BFLOAT16, List.of("-DHEAD_SIZE=128")));
    }

    @BeforeEach
    void write() throws IOException {
        for (String file : FILES) {
            Files.writeString(folder.resolve(file), KernelCompiler.text(file));
        }
    }

    @Test
    void launchesAreForTheBlocksAndRowsOfTheKernels() {
        assertThat(Workbench.BLOCK).isEqualTo(defined("reductions.cuh", "BLOCK"));
        assertThat(CudaTensor.EIGHT).isEqualTo(defined("kernels.cu", "EIGHT"));
        assertThat(CudaOps.MOST_CHANNELS).isEqualTo(defined("kernels.cu", "MOST_CHANNELS"));
        assertThat(CudaLosses.NUMBERS).isEqualTo(defined("kernels.cu", "NUMBERS"));
    }

    /** The kernel's keys and values begin STAGES · KEYS · PITCH elements apart. */
    @ParameterizedTest
    @ValueSource(ints = {16, 64, 80, 128})
    void attentionIsGivenTheSharedMemoryThatItUses(int headSize) {
        assertThat(TiledAttention.THREADS).isEqualTo(32 * defined("attention.cu", "WARPS"));
        assertThat(TiledAttention.QUERIES).isEqualTo(defined("attention.cu", "QUERIES"));
        assertThat(TiledAttention.KEYS).isEqualTo(defined("attention.cu", "KEYS"));
        assertThat(TiledAttention.STAGES).isEqualTo(defined("attention.cu", "STAGES"));
        String pitch = definition("attention.cu", "PITCH").replace("HEAD_SIZE", "" + headSize);
        assertThat(TiledAttention.pitch(headSize)).isEqualTo(value("attention.cu", pitch));
        assertThat(KernelCompiler.text("attention.cu")).contains("values = shared + STAGES * KEYS * PITCH;");
        int both = 2 * value("attention.cu", "STAGES * KEYS") * value("attention.cu", pitch);
        assertThat(TiledAttention.sharedBytes(headSize)).isEqualTo(both * Short.BYTES);
    }

    /** Each number of OPERAND is tested for where the instructions of its precision stand, and one is left for the last. */
    @Test
    void operandsAreCountedAsTheSourcesCountThem() {
        String text = KernelCompiler.text("primitives.cuh");
        assertThat(text)
                .contains("#if OPERAND == " + CompiledKernels.operand(Precision.FLOAT32) + "\ntypedef float operand;")
                .containsPattern("#if OPERAND == " + CompiledKernels.operand(Precision.BFLOAT16)
                        + "\n[^#]*cvt\\.rn\\.bf16\\.f32[^#]*#else[^#]*cvt\\.rn\\.f16\\.f32");
        assertThat(Stream.of(Precision.values()).map(CompiledKernels::operand)).doesNotHaveDuplicates();
    }

    private static int defined(String file, String name) {
        return value(file, definition(file, name));
    }

    private static String definition(String file, String name) {
        return KernelCompiler.text(file)
                .lines()
                .filter(line -> line.startsWith("#define " + name + " "))
                .map(line -> line.substring(("#define " + name + " ").length()))
                .reduce((a, b) -> {
                    throw new AssertionError(file + " defines " + name + " twice");
                })
                .orElseThrow();
    }

    /** Of a sum or a product of numbers and of what the file defines. */
    private static int value(String file, String expression) {
        String plain = expression.replaceAll("[()]", "");
        if (plain.contains(" + ")) {
            return Stream.of(plain.split(" \\+ "))
                    .mapToInt(part -> value(file, part))
                    .sum();
        }
        if (plain.contains(" * ")) {
            return Stream.of(plain.split(" \\* "))
                    .mapToInt(part -> value(file, part))
                    .reduce(1, Math::multiplyExact);
        }
        return plain.matches("\\d+") ? Integer.parseInt(plain) : defined(file, plain);
    }

    /** Nothing may be kept on a stack that stands for registers, which would be slow. */
    @ParameterizedTest
    @MethodSource("variants")
    void byNvcc(Variant variant) throws IOException, InterruptedException {
        assumeTrue(isOnPath("nvcc"), "CUDA's compiler nvcc is not on the PATH");
        List<String> command = new ArrayList<>(List.of("nvcc", "-cubin", "-std=c++17", "-Xptxas", "-v", "-o", "out"));
        command.addAll(variant.options());
        command.add(variant.file());
        Path printed = folder.resolve("printed");
        Process process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(printed.toFile())
                .start();
        int status = process.waitFor();
        String output = Files.readString(printed, StandardCharsets.UTF_8);
        assertThat(status).as(output).isZero();
        assertThat(output).doesNotContain("warning").contains("bytes stack frame");
        assertThat(output.lines().filter(line -> line.contains("bytes stack frame")))
                .allMatch(line -> line.strip().startsWith("0 bytes stack frame, 0 bytes spill stores"));
    }

    private static boolean isOnPath(String program) {
        return Stream.of(System.getenv("PATH").split(":")).anyMatch(at -> Files.isExecutable(Path.of(at, program)));
    }

    @ParameterizedTest
    @MethodSource("variants")
    void byTheRunTimeCompiler(Variant variant) throws IOException {
        KernelCompiler compiler = compiler();
        byte[] code = compiler.compile(variant.file(), variant.options());
        assertThat(new String(code, 0, 4, StandardCharsets.ISO_8859_1)).isEqualTo("\177ELF");
        try (Stream<Path> kept = Files.list(folder.resolve("cubins"))) {
            assertThat(kept).hasSize(1).allMatch(file -> file.toString().endsWith(".cubin"));
        }
        assertThat(compiler.compile(variant.file(), variant.options())).isEqualTo(code);
    }

    @Test
    void aDeviceThatTheRunTimeCompilerDoesNotKnowIsNamed() {
        KernelCompiler compiler = compiler();
        assertThatThrownBy(() -> compiler.compile("kernels.cu", List.of("--gpu-architecture=sm_999", "-DOPERAND=0")))
                .isInstanceOf(CudaException.class)
                .hasMessageContaining("sm_999")
                .hasMessageContaining("\nMaybe the device is newer than this CUDA");
    }

    private KernelCompiler compiler() {
        try {
            NvrtcApi api = new CudaLibraries(System.getenv()).nvrtc(DRIVER);
            KernelCompiler compiler = new KernelCompiler(api, new KeptCode(folder.resolve("cubins")));
            assumeFalse(compiler.version().equals("0.0"), "under the name of CUDA's compiler the emulator's is loaded");
            return compiler;
        } catch (CudaException e) {
            return abort(e.getMessage());
        }
    }
}
