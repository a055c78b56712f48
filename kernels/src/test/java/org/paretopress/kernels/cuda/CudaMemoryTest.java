package org.paretopress.kernels.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.paretopress.kernels.OwnProcess;
import org.paretopress.kernels.levels.PackedMatrix;
import org.paretopress.kernels.ops.Divergence;
import org.paretopress.kernels.ops.Precision;
import org.paretopress.kernels.ops.Tensor;
import org.paretopress.kernels.ops.TensorOps;
import org.paretopress.kernels.ops.Weight;

/** What is taken of a GPU's memory is given back. Processes of their own: a GPU that others use tells nothing. */
class CudaMemoryTest {

    private static final long DEVICE_BYTES = 256L << 20;

    @BeforeAll
    static void emulated() {
        assumeFalse(System.getProperty(CudaContract.GPU) != null, "others may use a real GPU");
        EmulatedCuda.assumeAvailable();
    }

    private static String printedBy(Class<?> main) throws Exception {
        return OwnProcess.run(main, Map.of("EMULATED_CUDA_MEMORY", "" + DEVICE_BYTES));
    }

    private static CudaDevice device() {
        return new CudaDevice(new GpuDriver(new CudaLibraries(EmulatedCuda.environment())), "0");
    }

    @Test
    void enginesAndModelsLeaveNothing() throws Exception {
        assertThat(printedBy(Rounds.class).lines()).hasSize(4).containsOnly("" + DEVICE_BYTES);
    }

    /** Prints what is free before and after each of three models. */
    static final class Rounds {

        public static void main(String[] arguments) {
            CudaDevice device = device();
            System.out.println(device.memory()[0]);
            for (Precision precision : Precision.values()) {
                try (SmallLlama model = new SmallLlama(16, CudaContract.open(precision))) {
                    List<String[]> some = model.candidates().subList(1, 3);
                    model.score(some, Divergence.FULL);
                    model.score(some, new Divergence.TopTokens(5, Divergence.Tail.BUCKET));
                }
                System.out.println(device.memory()[0]);
            }
        }
    }

    @Test
    void aKeptLevelTakesTheBytesThatItSays() throws Exception {
        List<String> lines = printedBy(Levels.class).lines().toList();
        assertThat(lines).hasSameSizeAs(samples());
        for (String line : lines) {
            String[] fields = line.split(" ");
            long said = Long.parseLong(fields[0]);
            assertThat(Long.parseLong(fields[1]))
                    .as(line)
                    .isBetween(said, said + 4 * 256); // rounded up, up to four times
            assertThat(fields[2]).as("left when it was closed").isEqualTo("0");
        }
    }

    private static List<PackedMatrix> samples() {
        List<PackedMatrix> samples = new ArrayList<>(LevelSamples.ofOneKernel());
        samples.addAll(LevelSamples.ofSeveralKernels());
        return samples;
    }

    /** Prints of every level what its weight says that it takes, what it takes, and what of it stays. */
    static final class Levels {

        public static void main(String[] arguments) {
            CudaDevice device = device();
            try (TensorOps ops = CudaContract.open(Precision.BFLOAT16)) {
                for (PackedMatrix sample : samples()) {
                    long before = device.memory()[0];
                    Weight kept = ops.keep(sample);
                    long taken = before - device.memory()[0];
                    kept.close();
                    System.out.println(kept.sizeInBytes() + " " + taken + " " + (before - device.memory()[0]));
                }
            }
        }
    }

    @Test
    void aScorerTakesTheBytesThatItSays() throws Exception {
        int headSize = Scorers.HEAD_SIZE;
        long angles = 2L * SmallLlama.LENGTH * headSize / 2 * Float.BYTES; // which an engine keeps, by scorer
        List<String> lines = printedBy(Scorers.class).lines().toList();
        assertThat(lines).hasSize(2 * Precision.values().length);
        for (String line : lines) {
            String[] fields = line.split(" ");
            long said = Long.parseLong(fields[0]);
            long rounding = 256 * 20; // of less than 20 allocations
            assertThat(Long.parseLong(fields[1])).as(line).isBetween(said + angles, said + angles + rounding);
        }
    }

    /** Prints what a scorer says that it takes, and what it takes beside another on the same engine, for one candidate and for several. */
    static final class Scorers {

        static final int HEAD_SIZE = 16;

        public static void main(String[] arguments) {
            CudaDevice device = device();
            List<SmallLlama> held = new ArrayList<>(); // else memory may come back while it is counted
            for (Precision precision : Precision.values()) {
                TensorOps ops = CudaContract.open(precision);
                try (SmallLlama model = new SmallLlama(HEAD_SIZE, ops)) {
                    List<String[]> all = model.candidates();
                    model.score(all, null); // brings the weights, and what the engine needs for a product
                    for (List<String[]> some : List.of(all.subList(0, 1), all)) {
                        long before = device.memory()[0];
                        held.add(model.on(ops));
                        held.get(held.size() - 1).score(some, null);
                        System.out.println(model.scorerBytes(some, precision) + " " + (before - device.memory()[0]));
                    }
                }
            }
            Reference.reachabilityFence(held);
        }
    }

    /** Twelve times a quarter of the memory, and none is closed; then half of the memory twice, where one half is held and closed twice. */
    @Test
    void whatNobodyHoldsIsGivenBackBeforeMemoryIsMissing() throws Exception {
        assertThat(printedBy(Unheld.class)).isEqualTo("""
                        12 were there
                        CudaException: The GPU has no 128.0 MiB left: 96.0 of 256.0 MiB are free.
                        Maybe let fewer tasks share it, or leave it to this application.
                        256 are free
                        """);
    }

    /** Prints how many tensors there was memory for, what is said when there is none, and what is free at the end. */
    static final class Unheld {

        public static void main(String[] arguments) {
            try (TensorOps ops = CudaContract.open(Precision.BFLOAT16)) {
                int count = 0;
                while (count < 12) {
                    ops.allocate(1 << 14, 1 << 10);
                    count++;
                }
                System.out.println(count + " were there");
                try (Tensor half = ops.allocate(1 << 15, 1 << 10)) {
                    try {
                        ops.allocate(1 << 15, 1 << 10);
                    } catch (CudaException e) {
                        System.out.println("CudaException: " + e.getMessage());
                    }
                    half.close();
                }
            }
            System.out.println((device().memory()[0] >> 20) + " are free");
        }
    }

    @Test
    void moreThanAnyGpuHasIsRefusedWithBothNumbers() {
        try (TensorOps ops = CudaContract.open(Precision.FLOAT32)) {
            assertThatThrownBy(() -> ops.allocate(1 << 30, 1 << 8))
                    .isInstanceOf(CudaException.class)
                    .hasMessageMatching(
                            "(?s)The GPU has no 1048576\\.0 MiB left: \\d+\\.\\d of \\d+\\.\\d MiB are free\\.\\R"
                                    + "Maybe .*");
        }
    }
}
