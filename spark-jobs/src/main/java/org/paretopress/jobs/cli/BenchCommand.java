package org.paretopress.jobs.cli;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import org.paretopress.jobs.InputException;
import org.paretopress.jobs.bench.BenchmarkJob;
import org.paretopress.jobs.input.SourceModel;
import org.paretopress.jobs.input.SourceText;
import org.paretopress.jobs.storage.Storage;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "bench",
        description = "Measure a model on this machine: tokens a second of the dense forward, candidates a second of an"
                + " EvoPress generation, share of the sgemm peak, memory.")
final class BenchCommand implements Callable<Integer> {

    /** What can be measured alone. */
    enum Part {
        dense,
        generation
    }

    @Mixin
    private SharedOptions shared;

    @Parameters(paramLabel = "MODEL", description = "Folder of the model.")
    private String model;

    @Option(names = "--only", paramLabel = "dense|generation", description = "Measure one part alone.")
    private Part only;

    @Option(
            names = "--threads",
            paramLabel = "N",
            description = "Threads of the dense forward (default: 1 and all cores) and cores of the generation.")
    private Integer threads;

    @Option(
            names = "--sequence-length",
            paramLabel = "N",
            description = "Tokens a sequence (default: 256, or what the model can read).")
    private Integer sequenceLength;

    @Option(
            names = "--generations",
            paramLabel = "N",
            defaultValue = "3",
            description = "Generations to measure (default: ${DEFAULT-VALUE}).")
    private int generations;

    @Override
    public Integer call() {
        int cores = Runtime.getRuntime().availableProcessors();
        if (threads != null && (threads < 1 || threads > cores)) {
            throw new InputException("--threads " + threads + " does not fit.", "give 1 to " + cores + ".");
        }
        if (generations < 1) {
            throw new InputException("--generations " + generations + " measures nothing.", "give 1 or more.");
        }
        if (sequenceLength != null && sequenceLength < 2) {
            throw new InputException("--sequence-length " + sequenceLength + " leaves nothing to predict.", "use 256.");
        }
        Storage storage = shared.storage();
        SourceModel source = SourceModel.open(storage, model);
        int length = sequenceLength != null
                ? sequenceLength
                : Math.min(256, source.file().config().maxPositions());
        SourceText.requireFits(source.file(), length);
        if (only != Part.dense && length > BenchmarkJob.LONGEST_IN_GENERATION) {
            throw new InputException(
                    "--sequence-length " + length + " is longer than the generation's first stage, "
                            + BenchmarkJob.LONGEST_IN_GENERATION + " tokens.",
                    "measure with --only dense, or shorter sequences.");
        }
        BenchmarkJob job = new BenchmarkJob(source, length, shared.progress());
        if (only != Part.generation) {
            Set<Integer> counts = new TreeSet<>(threads == null ? List.of(1, cores) : List.of(threads));
            job.dense(counts);
        }
        if (only != Part.dense) {
            job.generations(
                    () -> shared.startSpark("paretopress bench " + source.name(), threads), storage, generations);
        }
        shared.answer(job.document(), job.lines());
        return 0;
    }
}
