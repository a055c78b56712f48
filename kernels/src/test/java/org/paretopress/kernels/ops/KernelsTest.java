package org.paretopress.kernels.ops;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A GPU is used where something offered can use it; where nothing can, the description says why. */
class KernelsTest {

    private static final Device GPU = new Device("3", Precision.BFLOAT16);

    /** Kernels for one GPU, made of the plain-Java engine. */
    private record Offered(String name, String gpu) implements KernelProvider {

        @Override
        public Optional<String> obstacle(Device device) {
            return device.gpu().equals(gpu) ? Optional.empty() : Optional.of("runs on GPU " + gpu + " alone");
        }

        @Override
        public TensorOps open(Device device) {
            return new ReferenceOps();
        }
    }

    @Test
    void theFirstWithoutAnObstacleIsTakenAndWhyNotThoseBeforeItIsTold() {
        Kernels kernels = Kernels.on(GPU, List.of(new Offered("old", "0"), new Offered("new", "3")));
        assertThat(kernels.description()).isEqualTo("new on GPU 3 in bfloat16 (not old: runs on GPU 0 alone)");
        try (TensorOps ops = kernels.open()) {
            assertThat(ops).isInstanceOf(ReferenceOps.class);
        }
    }

    @Test
    void whereNoneCanTheCpuComputesAndAllReasonsAreTold() {
        Kernels kernels = Kernels.on(GPU, List.of(new Offered("old", "0"), new Offered("older", "1")));
        assertThat(kernels.description())
                .startsWith("ND4J ")
                .endsWith(
                        " on the CPU, not on GPU 3 in bfloat16 (old: runs on GPU 0 alone; older: runs on GPU 1 alone)");
        try (TensorOps ops = kernels.open()) {
            assertThat(ops).isInstanceOf(Nd4jOps.class);
        }
    }

    @Test
    void whatCannotEvenBeAskedIsNotTaken() {
        KernelProvider broken = new KernelProvider() {
            @Override
            public String name() {
                return "broken";
            }

            @Override
            public Optional<String> obstacle(Device device) {
                throw new UnsatisfiedLinkError("no cuda in java.library.path");
            }

            @Override
            public TensorOps open(Device device) {
                throw new AssertionError("opened");
            }
        };
        assertThat(Kernels.on(GPU, List.of(broken, new Offered("new", "3"))).description())
                .startsWith("new on GPU 3 in bfloat16 (not broken: ");
        assertThat(Kernels.on(GPU, List.of(broken)).description()).contains("no cuda in java.library.path");
    }

    @Test
    void withoutAnOfferTheBuildIsTheReason() {
        assertThat(Kernels.on(GPU, List.of()).description())
                .endsWith("not on GPU 3 in bfloat16 (this build has no kernels for GPUs)");
    }

    @Test
    void whatThisBuildOffersIsAsked() {
        assertThat(Kernels.on(new Device("9999", Precision.BFLOAT16)).description())
                .contains(" on the CPU, not on GPU 9999 in bfloat16 (CUDA kernels: ", "ND4J 1.0.0-M2.1 on CUDA 11.6: ")
                .endsWith(")");
    }

    @Test
    void aTaskWithoutAGpuIsNotTold() {
        assertThat(Kernels.on(Device.CPU, List.of(new Offered("new", "3"))).description())
                .endsWith(" on the CPU");
    }
}
