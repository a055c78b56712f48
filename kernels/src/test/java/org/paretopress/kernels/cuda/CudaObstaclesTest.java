package org.paretopress.kernels.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.paretopress.kernels.OwnProcess;
import org.paretopress.kernels.ops.Device;
import org.paretopress.kernels.ops.Precision;

/** What is said where the emulated GPU, its driver or a library of CUDA is not what it takes. */
class CudaObstaclesTest {

    private static final String DRIVER = "libcuda.so.1";

    @BeforeAll
    static void emulated() {
        assumeFalse(System.getProperty(CudaContract.GPU) != null, "a real GPU is what it is");
        EmulatedCuda.assumeAvailable();
    }

    @ParameterizedTest
    @ValueSource(strings = {"7", "x", "-1", "99999", "0,1", "GPU-9d2c"})
    void anUnknownAddressIsNamed(String address) {
        CudaKernels kernels = new CudaKernels(EmulatedCuda.environment(), EmulatedCuda.compiled());
        assertThat(kernels.obstacle(new Device(address, Precision.BFLOAT16)).orElseThrow())
                .contains("no GPU \"" + address + "\"", "it counts 1", "\nMaybe ");
    }

    @Test
    void aMissingDriverIsNamed(@TempDir Path folder) throws Exception {
        assertThat(obstacles(Map.of("folder", folder.toString())))
                .contains(DRIVER, "NVIDIA's driver cannot be loaded", "\nMaybe install it");
    }

    @Test
    void aMissingCompilerIsNamedAndWhereToNameIt(@TempDir Path folder) throws Exception {
        Files.createSymbolicLink(folder.resolve(DRIVER), EmulatedCuda.folder().resolve(DRIVER));
        assertThat(obstacles(Map.of("folder", folder.toString())))
                .contains("libnvrtc.so.13, libnvrtc.so.12", "\nMaybe ", "PARETOPRESS_CUDA_LIBRARIES");
    }

    @Test
    void aMissingCublasIsNamedAndWhereToNameIt(@TempDir Path folder) throws Exception {
        for (String library : new String[] {DRIVER, "libnvrtc.so.13"}) {
            Files.createSymbolicLink(
                    folder.resolve(library), EmulatedCuda.folder().resolve(library));
        }
        assertThat(obstacles(Map.of("folder", folder.toString())))
                .contains("libcublasLt.so.13, libcublasLt.so.12", "\nMaybe ", "PARETOPRESS_CUDA_LIBRARIES");
    }

    @Test
    void anOldDriverIsNamedWithItsVersion() throws Exception {
        assertThat(obstacles(Map.of("EMULATED_CUDA_DRIVER", "11080", "EMULATED_CUDA_NAME", "Old GPU")))
                .isEqualTo("""
                        BFLOAT16 the driver of Old GPU serves CUDA 11.8, not 12.0 or later
                        Maybe update the driver
                        FLOAT32 the driver of Old GPU serves CUDA 11.8, not 12.0 or later
                        Maybe update the driver
                        """);
    }

    @Test
    void anOldGpuComputesIn32Bits() throws Exception {
        assertThat(obstacles(Map.of("EMULATED_CUDA_CAPABILITY", "7.5", "EMULATED_CUDA_NAME", "Tesla T4")))
                .startsWith("BFLOAT16 Tesla T4 has compute capability 7.5")
                .endsWith("precision=float32\nFLOAT32 none\n");
    }

    @Test
    void aDriverWithoutGpusIsNoDriver() throws Exception {
        assertThat(obstacles(Map.of("EMULATED_CUDA_DEVICES", "0")))
                .startsWith("BFLOAT16 the driver cannot start: CUDA_ERROR_NO_DEVICE")
                .contains("\nMaybe the driver's log (dmesg) says more");
    }

    @Test
    void theSecondOfTwoGpusIsThere() throws Exception {
        assertThat(obstacles(Map.of("EMULATED_CUDA_DEVICES", "2", "gpu", "1")))
                .isEqualTo("BFLOAT16 none\nFLOAT32 none\n");
        assertThat(obstacles(Map.of("EMULATED_CUDA_DEVICES", "2", "gpu", "2"))).contains("it counts 2");
    }

    /** Too little for what products need while they run. */
    @Test
    void aGpuThatIsFullIsOneWithAnObstacle() throws Exception {
        assertThat(obstacles(Map.of("EMULATED_CUDA_MEMORY", "" + (1 << 20))))
                .startsWith("BFLOAT16 the GPU has no 32.0 MiB left: 1.0 of 1.0 MiB are free\nMaybe ");
    }

    @Test
    void aGpuThatComputesWronglyIsNotUsed() throws Exception {
        assertThat(obstacles(Map.of("EMULATED_CUDA_FLAW", "1")))
                .contains("the GPU computes ", " is right\nMaybe it is damaged");
    }

    @Test
    void damagedCodeIsCompiledAnew(@TempDir Path folder) throws IOException {
        KernelCompiler compiler =
                new KernelCompiler(new CudaLibraries(EmulatedCuda.environment()).nvrtc(13_000), new KeptCode(folder));
        List<String> options = List.of("--gpu-architecture=sm_80");
        byte[] code = compiler.compile("nothing.cu", options);
        Path kept = only(folder);
        byte[] whole = Files.readAllBytes(kept);
        Files.write(kept, Arrays.copyOf(whole, whole.length / 2));
        assertThat(compiler.compile("nothing.cu", options)).isEqualTo(code);
        assertThat(Files.readAllBytes(only(folder))).isEqualTo(whole);
    }

    private static Path only(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.reduce((a, b) -> {
                        throw new AssertionError(a + " and " + b);
                    })
                    .orElseThrow();
        }
    }

    /**
     * In a process of its own, since libraries stay loaded: what the kernels say of a device, in two precisions.
     *
     * @param settings of the emulator; {@code folder} with libraries in place of the emulator's, {@code gpu} in place of 0
     */
    private static String obstacles(Map<String, String> settings) throws IOException, InterruptedException {
        String printed = OwnProcess.run(
                Alone.class,
                settings,
                "-Dfolder="
                        + settings.getOrDefault("folder", EmulatedCuda.folder().toString()),
                "-Dcompiled=" + EmulatedCuda.compiled(),
                "-Dgpu=" + settings.getOrDefault("gpu", "0"));
        assumeFalse(printed.startsWith("installed"), "this machine has what must be missing");
        return printed;
    }

    /** Prints the obstacles; before them, whether a library that the folder lacks is installed. */
    static final class Alone {

        public static void main(String[] arguments) {
            String folder = System.getProperty("folder");
            CudaLibraries installed = new CudaLibraries(Map.of());
            if (lacks(folder, DRIVER) && loads(installed::driver)
                    || lacks(folder, "libnvrtc.so.13") && loads(() -> installed.nvrtc(13_000))
                    || lacks(folder, "libcublasLt.so.13") && loads(() -> installed.cublasLt(13_000))) {
                System.out.println("installed");
            }
            CudaKernels kernels =
                    new CudaKernels(Map.of(CudaLibraries.FOLDERS, folder), Path.of(System.getProperty("compiled")));
            for (Precision precision : new Precision[] {Precision.BFLOAT16, Precision.FLOAT32}) {
                System.out.println(precision.name() + " "
                        + kernels.obstacle(new Device(System.getProperty("gpu"), precision))
                                .orElse("none"));
            }
        }

        private static boolean lacks(String folder, String library) {
            return Files.notExists(Path.of(folder, library));
        }

        private static boolean loads(Runnable library) {
            try {
                library.run();
                return true;
            } catch (CudaException e) {
                return false;
            }
        }
    }
}
