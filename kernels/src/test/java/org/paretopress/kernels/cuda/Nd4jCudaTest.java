package org.paretopress.kernels.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.util.Optional;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.paretopress.kernels.ops.CudaBackend;
import org.paretopress.kernels.ops.Device;
import org.paretopress.kernels.ops.Precision;

/** Where ND4J's CUDA backend can compute, and what is said where it cannot; the GPUs are made up. */
class Nd4jCudaTest {

    private static final Device GPU = new Device("0", Precision.FLOAT32);
    private static final Supplier<Optional<String>> LOADS = Optional::empty;
    private static final Supplier<Optional<String>> MUST_NOT_LOAD = () -> {
        throw new AssertionError("loaded in spite of an obstacle");
    };

    private static GpuProbe finds(String name, int major, int minor, int driverCuda) {
        return address -> new GpuProperties(name, major, minor, driverCuda);
    }

    private static final GpuProbe A100 = finds("NVIDIA A100", 8, 0, 12040);
    private static final GpuProbe NOT_ASKED = address -> {
        throw new AssertionError("asked for GPU " + address);
    };

    @ParameterizedTest
    @CsvSource({
        "NVIDIA A100, 8, 0",
        "NVIDIA GeForce RTX 4090, 8, 9",
        "NVIDIA GeForce GTX 980, 5, 2",
        "Tesla V100, 7, 0",
    })
    void computesFromMaxwellToAda(String name, int major, int minor) {
        assertThat(new Nd4jCuda(finds(name, major, minor, 12040), true, LOADS).obstacle(GPU))
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"NVIDIA H100, 9, 0", "NVIDIA B200, 10, 0", "NVIDIA GeForce RTX 5090, 12, 0", "Tesla K80, 3, 7"})
    void olderAndLaterGpusAreNamedWithTheirCapability(String name, int major, int minor) {
        assertThat(new Nd4jCuda(finds(name, major, minor, 13000), true, MUST_NOT_LOAD).obstacle(GPU))
                .hasValue("GPU 0, " + name + ", has compute capability " + major + "." + minor
                        + ", and ND4J's build for CUDA 11.6 computes on 5.0 to 8.9");
    }

    @Test
    void aDriverOlderThanTheLibrariesIsNamed() {
        assertThat(new Nd4jCuda(finds("NVIDIA GeForce GTX 980", 5, 2, 10020), true, MUST_NOT_LOAD).obstacle(GPU))
                .hasValueSatisfying(obstacle -> assertThat(obstacle)
                        .contains("NVIDIA GeForce GTX 980", "CUDA 10.2", "11.0", "\nMaybe update the driver"));
    }

    @Test
    void whatTheDriverSaysIsPassedOn() {
        GpuProbe none = address -> {
            throw new CudaException("The driver is missing (libcuda.so.1).\nMaybe install it.");
        };
        assertThat(new Nd4jCuda(none, true, MUST_NOT_LOAD).obstacle(GPU))
                .hasValue("the driver is missing (libcuda.so.1)\nMaybe install it");
    }

    @Test
    void aBuildWithoutTheBackendSaysHowToGetIt() {
        assertThat(new Nd4jCuda(NOT_ASKED, false, MUST_NOT_LOAD).obstacle(GPU))
                .hasValueSatisfying(obstacle -> assertThat(obstacle).endsWith("\nMaybe build with -Pcuda"));
    }

    @ParameterizedTest
    @EnumSource(value = Precision.class, mode = EnumSource.Mode.EXCLUDE, names = "FLOAT32")
    void otherPrecisionsAreRefusedWithTheSettingThatHelps(Precision precision) {
        assertThat(new Nd4jCuda(NOT_ASKED, true, MUST_NOT_LOAD).obstacle(new Device("0", precision)))
                .hasValue("multiplies in float32 alone, not in " + precision
                        + "\nMaybe set spark.paretopress.precision=float32");
    }

    @Test
    void theCpuIsNoGpu() {
        assertThat(new Nd4jCuda(NOT_ASKED, true, MUST_NOT_LOAD).obstacle(Device.CPU))
                .hasValue("computes on GPUs alone, not on the CPU");
    }

    @Test
    void anAddressThatIsNoNumberIsNamed() {
        assertThat(new Nd4jCuda(NOT_ASKED, true, MUST_NOT_LOAD).obstacle(new Device("GPU-8a56", Precision.FLOAT32)))
                .hasValueSatisfying(obstacle -> assertThat(obstacle).contains("GPU-8a56"));
    }

    @Test
    void whatKeepsTheBackendFromLoadingIsPassedOn() {
        assertThat(new Nd4jCuda(A100, true, () -> Optional.of("no libcublas.so.11")).obstacle(GPU))
                .hasValue("no libcublas.so.11");
    }

    @Test
    void nd4jThatHasLoadedItsCpuBackendIsNotMistakenForCuda() {
        assumeFalse(CudaBackend.isOnClassPath());
        assertThat(CudaBackend.load())
                .hasValueSatisfying(obstacle -> assertThat(obstacle).contains("already loaded CpuBackend"));
    }

    @Test
    void theProviderOfAnOrdinaryBuildSaysWhyNot() {
        assumeFalse(CudaBackend.isOnClassPath());
        assertThat(new Nd4jCuda().obstacle(GPU))
                .hasValueSatisfying(obstacle -> assertThat(obstacle).contains("-Pcuda"));
        assertThat(new Nd4jCuda().name()).isEqualTo("ND4J 1.0.0-M2.1 on CUDA 11.6");
    }
}
