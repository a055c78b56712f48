package org.paretopress.kernels.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.paretopress.kernels.ops.Device;
import org.paretopress.kernels.ops.Kernels;
import org.paretopress.kernels.ops.Nd4jOps;
import org.paretopress.kernels.ops.Precision;
import org.paretopress.kernels.ops.Tensor;
import org.paretopress.kernels.ops.TensorOps;

/** Which GPUs these kernels are chosen for, and what is told where they are not. */
class CudaKernelsTest {

    private static final GpuProperties T4 = new GpuProperties("Tesla T4", 7, 5, 12_040);

    @ParameterizedTest
    @CsvSource({
        "NVIDIA A100-SXM4-80GB, 8, 0",
        "NVIDIA A10, 8, 6",
        "NVIDIA GeForce RTX 4090, 8, 9",
        "NVIDIA H100 80GB HBM3, 9, 0",
        "NVIDIA H200, 9, 0",
        "NVIDIA B200, 10, 0",
        "NVIDIA GeForce RTX 5090, 12, 0"
    })
    void everyGpuSinceTheFirstWithSuchTensorCoresIsFit(String name, int major, int minor) {
        for (int driver : new int[] {12_000, 12_040, 13_000}) {
            GpuProperties gpu = new GpuProperties(name, major, minor, driver);
            for (Precision precision : Precision.values()) {
                assertThat(CudaKernels.unfit(gpu, precision)).isEmpty();
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"BFLOAT16", "FLOAT16"})
    void anOlderGpuComputesIn32BitsAlone(Precision precision) {
        assertThat(CudaKernels.unfit(T4, precision).orElseThrow())
                .contains("Tesla T4", "7.5", "8.0", precision.toString(), "\nMaybe ", "precision=float32");
        assertThat(CudaKernels.unfit(T4, Precision.FLOAT32)).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(Precision.class)
    void anOldDriverIsNamedWithItsVersion(Precision precision) {
        GpuProperties gpu = new GpuProperties("NVIDIA H200", 9, 0, 11_080);
        assertThat(CudaKernels.unfit(gpu, precision).orElseThrow())
                .contains("NVIDIA H200", "CUDA 11.8", "12.0", "\nMaybe update the driver");
    }

    @Test
    void theyAreNotForTheCpu() {
        assertThat(saidToBe(T4).obstacle(Device.CPU)).contains("they compute on GPUs alone");
        assertThat(Kernels.on(Device.CPU, List.of(saidToBe(T4))).description())
                .startsWith("ND4J ")
                .endsWith(" on the CPU");
    }

    @Test
    void whatEachOfThemLacksIsToldInOneLine() {
        CudaKernels withoutDriver = new CudaKernels(Map.of(), Path.of("unused"), address -> {
            throw new CudaException("NVIDIA's driver cannot be loaded (libcuda.so.1).\nMaybe install it.");
        });
        Nd4jCuda nd4j = new Nd4jCuda(
                address -> {
                    throw new AssertionError("asked for GPU " + address);
                },
                false,
                Optional::empty);
        Device device = new Device("0", Precision.BFLOAT16);
        assertThat(Kernels.on(device, List.of(withoutDriver, nd4j)).description())
                .endsWith(" on the CPU, not on GPU 0 in bfloat16 (CUDA kernels: NVIDIA's driver cannot be loaded"
                        + " (libcuda.so.1), maybe install it; " + nd4j.name()
                        + ": this build is without ND4J's CUDA backend, maybe build with -Pcuda)");
    }

    @Test
    void whereTheyAreUnfitTheCpuComputesAndTheReasonIsTold() {
        Kernels kernels = Kernels.on(new Device("3", Precision.BFLOAT16), List.of(saidToBe(T4)));
        assertThat(kernels.description())
                .startsWith("ND4J ")
                .contains(" on the CPU, not on GPU 3 in bfloat16 (CUDA kernels: Tesla T4 has compute capability 7.5");
        try (TensorOps ops = kernels.open()) {
            assertThat(ops).isInstanceOf(Nd4jOps.class);
        }
    }

    @ParameterizedTest
    @EnumSource(Precision.class)
    void whereTheyAreFitTheyAreTaken(Precision precision) {
        Device device = CudaContract.device(precision);
        Kernels kernels = Kernels.on(device, List.of(CudaContract.kernels()));
        assertThat(kernels.description())
                .startsWith("CUDA kernels (NVRTC ")
                .contains(") on GPU " + device.gpu() + " in " + precision + ", ");
        assertThat(kernels.areOn(device)).isTrue();
        assertThat(kernels.kind())
                .startsWith("CUDA kernels in " + precision + " on ")
                .containsPattern(" with NVRTC [0-9.]+, cuBLASLt [0-9]+$");
        try (TensorOps ops = kernels.open()) {
            assertThat(ops).isInstanceOf(CudaOps.class);
        }
    }

    @Test
    void aProductThatTheLibraryRefusesIsNamedWithItsStatus() {
        try (TensorOps ops = CudaContract.open(Precision.FLOAT32);
                Tensor x = ops.allocate(2, 8);
                Tensor weight = ops.allocate(4, 16);
                Tensor y = ops.allocate(2, 4)) {
            assertThatThrownBy(() -> ops.linear(x, weight, y, false))
                    .isInstanceOf(CudaException.class)
                    .hasMessageMatching(
                            "cuBLASLt knows no way to multiply .* \\(status [1-9]\\d*\\)\\.\nMaybe another .*");
        }
    }

    private static CudaKernels saidToBe(GpuProperties gpu) {
        return new CudaKernels(Map.of(), Path.of("unused"), address -> gpu);
    }
}
