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
import org.paretopress.kernels.ops.Precision;

/** The kernels' sources are compiled by CUDA's own compilers, which need no GPU; where a machine has none, this says so. */
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
            List<String> options = new ArrayList<>(
                    List.of("--gpu-architecture=sm_" + architecture, "-DOPERAND=" + precision.ordinal()));
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
