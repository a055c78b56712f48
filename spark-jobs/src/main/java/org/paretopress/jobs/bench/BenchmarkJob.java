package org.paretopress.jobs.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaSparkContext;
import org.paretopress.jobs.InputException;
import org.paretopress.jobs.input.SourceModel;
import org.paretopress.jobs.run.Progress;
import org.paretopress.jobs.storage.Storage;
import org.paretopress.kernels.forward.SequenceScorer;
import org.paretopress.kernels.model.ModelConfig;
import org.paretopress.kernels.ops.Device;
import org.paretopress.kernels.ops.Kernels;
import org.paretopress.kernels.ops.Precision;
import org.paretopress.search.evolve.Stage;

/** Measures a model on this machine. */
public final class BenchmarkJob {

    private final SourceModel model;
    private final int sequenceLength;
    private final Progress progress;
    private final Map<String, Object> document = new LinkedHashMap<>();
    private final List<String> lines = new ArrayList<>();

    public BenchmarkJob(SourceModel model, int sequenceLength, Progress progress) {
        this.model = model;
        this.sequenceLength = sequenceLength;
        this.progress = progress;
    }

    /** The dense forward with its loss, for each number of threads. */
    public void dense(Set<Integer> threads) {
        Map<String, Double> peaks = new LinkedHashMap<>();
        List<DenseBenchmark.Measurement> results = new ArrayList<>();
        Kernels kernels = Kernels.on(Device.CPU);
        ProductPeak products = ProductPeak.onCpu(kernels);
        int together = SequenceScorer.together(sequenceLength, false);
        try (DenseBenchmark benchmark = new DenseBenchmark(model.file(), sequenceLength, together, kernels)) {
            for (int count : threads) {
                progress.say("measuring the dense forward, threads: " + count);
                Dense measured = measure(benchmark, products, count);
                peaks.put(Integer.toString(count), measured.peakGigaflops());
                results.add(measured.forward());
                line(
                        "threads %d: sgemm peak %.1f Gflop/s; dense forward with loss %.0f tokens/s; its products at the peak"
                                + " would take %.0f %% of the time",
                        count,
                        measured.peakGigaflops(),
                        measured.forward().tokensPerSecond(),
                        100 * measured.forward().idealGemmShare());
            }
        }
        document.put("sgemmPeakGflops", peaks);
        document.put("dense", results);
    }

    private record Dense(DenseBenchmark.Measurement forward, double peakGigaflops) {}

    /** The peak is the better of those before and after, as the speed of a machine drifts. */
    private static Dense measure(DenseBenchmark benchmark, ProductPeak products, int threads) {
        double before = products.gigaflops(threads);
        double tokensPerSecond = benchmark.tokensPerSecond(threads);
        double peak = Math.max(before, products.gigaflops(threads));
        return new Dense(benchmark.measurement(threads, tokensPerSecond, peak), peak);
    }

    /**
     * The dense forward with its loss on the first GPU of this machine, beside the speed of products there.
     *
     * @param together sequences that go through the model together
     */
    public void gpu(Precision precision, int together) {
        Device device = new Device("0", precision);
        Kernels kernels = Kernels.on(device);
        line("kernels: %s", kernels.description());
        if (!kernels.areOn(device)) {
            throw new InputException(
                    "--gpus: GPU " + device.gpu() + " cannot be used: " + kernels.description() + ".",
                    "leave out --gpus to measure the CPU, or mend what stands in the way.");
        }
        Map<String, Object> gpu = new LinkedHashMap<>();
        document.put("gpu", gpu);
        progress.say("measuring the dense forward, " + kernels.description());
        ProductPeak products = ProductPeak.onGpu(kernels);
        try (DenseBenchmark benchmark = new DenseBenchmark(model.file(), sequenceLength, together, kernels)) {
            Dense measured = measure(benchmark, products, 1);
            gpu.put("kernels", kernels.description());
            gpu.put("productPeakGflops", measured.peakGigaflops());
            gpu.put("sequences", together);
            gpu.put("dense", measured.forward());
            line(
                    "%s product peak %.1f Tflop/s; dense forward with loss on the first GPU alone, %d sequences of %d tokens:"
                            + " %.0f tokens/s; its products at the peak would take %.0f %% of the time",
                    device.precision(),
                    measured.peakGigaflops() / 1e3,
                    together,
                    sequenceLength,
                    measured.forward().tokensPerSecond(),
                    100 * measured.forward().idealGemmShare());
        }
        gpu.put("levelSwitch", levelSwitch(kernels));
    }

    private LevelSwitch.Measurement levelSwitch(Kernels kernels) {
        ModelConfig.LayerShape largest = model.file().config().layers().stream()
                .max(Comparator.comparingLong(ModelConfig.LayerShape::parameters))
                .orElseThrow();
        progress.say("measuring switches of level, " + largest.name());
        LevelSwitch.Measurement result = new LevelSwitch(kernels, largest, sequenceLength).measure();
        line(
                "a switch of level of %s: %.0f us; its first use: %.1f ms for %.1f MB",
                largest.name(),
                1e6 * result.switchSeconds(),
                1e3 * result.firstUseSeconds(),
                result.levelBytes() / 1e6);
        return result;
    }

    /**
     * Generations of a search.
     *
     * @param spark opened when it is needed
     * @param folder that is there or made, where levels lie meanwhile; null is a temporary one of this machine
     * @param stages survivors of each, and tokens each candidate is scored on
     */
    public void generations(
            Supplier<JavaSparkContext> spark,
            Storage storage,
            String folder,
            int generations,
            int offspring,
            List<Stage> stages) {
        Path levels = folder == null
                ? storage.qualified(temporary().toUri().toString())
                : new Path(storage.qualified(folder), "paretopress-bench-" + UUID.randomUUID());
        GenerationBenchmark.Measurement result;
        try (JavaSparkContext context = spark.get()) {
            result = new GenerationBenchmark(
                            context,
                            storage,
                            progress,
                            model,
                            sequenceLength,
                            new GenerationBenchmark.Generation(offspring, stages))
                    .measure(levels, generations);
        } finally {
            storage.delete(levels);
        }
        document.put("generation", result);
        long blocks = result.blockForwardsDone() + result.blockForwardsSaved();
        line(
                "EvoPress generation: %.2f candidates/s, %.1f s a generation; %.0f %% of %,d block forwards saved by sharing",
                result.candidatesPerSecond(),
                result.seconds() / result.generations(),
                100.0 * result.blockForwardsSaved() / blocks,
                blocks);
        line(
                "beside the tasks: %.1f %% of the time, %.0f ms a stage",
                100 * result.driver().share(), 1e3 * result.driver().secondsAStage());
        if (result.residentBytes().size() == 2) {
            line(
                    "resident memory %,d MB behind the first generation, %,d MB behind the last",
                    result.residentBytes().get(0) >> 20, result.residentBytes().get(1) >> 20);
        }
    }

    private static java.nio.file.Path temporary() {
        try {
            return Files.createTempDirectory("paretopress-bench");
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot make a temporary folder", e);
        }
    }

    /** What was measured, for programs. */
    public Map<String, Object> document() {
        ResidentMemory.peak().ifPresent(bytes -> document.put("peakResidentBytes", bytes));
        return document;
    }

    /** The same for people. */
    public String lines() {
        ResidentMemory.peak().ifPresent(bytes -> line("peak resident memory %,d MB", bytes >> 20));
        return String.join(System.lineSeparator(), lines);
    }

    private void line(String format, Object... values) {
        lines.add(String.format(Locale.ROOT, format, values));
    }
}
