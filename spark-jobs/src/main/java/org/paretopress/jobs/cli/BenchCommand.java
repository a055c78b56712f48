package org.paretopress.jobs.cli;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.paretopress.jobs.InputException;
import org.paretopress.jobs.bench.BenchmarkJob;
import org.paretopress.jobs.input.SourceModel;
import org.paretopress.jobs.input.SourceText;
import org.paretopress.jobs.storage.Storage;
import org.paretopress.kernels.forward.SequenceScorer;
import org.paretopress.search.evolve.EvolutionSettings;
import org.paretopress.search.evolve.Stage;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

@Command(
        name = "bench",
        description = "Measure a model on this machine: tokens a second of the dense forward, candidates a second of an"
                + " EvoPress generation, share of the sgemm peak, memory. With --gpus the dense forward is that of the first"
                + " GPU alone.")
final class BenchCommand implements Callable<Integer> {

    /** What can be measured alone. */
    enum Part {
        dense,
        generation
    }

    /** What a generation is; the dense forward has none. */
    private static final List<String> OF_GENERATIONS = List.of("--generations", "--offspring", "--stages", "--folder");

    @Spec
    private CommandSpec spec;

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
            names = "--sequences",
            paramLabel = "N",
            description = "With --gpus: sequences that go through together (default: 16,384 tokens).")
    private Integer sequences;

    @Option(
            names = "--generations",
            paramLabel = "N",
            defaultValue = "3",
            description = "Generations to measure (default: ${DEFAULT-VALUE}).")
    private int generations;

    @Option(
            names = "--offspring",
            paramLabel = "N",
            defaultValue = "32",
            description = "Offspring of a generation (default: ${DEFAULT-VALUE}).")
    private int offspring;

    @Option(
            names = "--stages",
            split = ",",
            paramLabel = "SURVIVORS@TOKENS",
            defaultValue = "8@1024,2@4096,1@16384",
            converter = StageText.class,
            description = "Stages of a generation's selection (default: ${DEFAULT-VALUE}).")
    private List<Stage> stages;

    @Option(
            names = "--folder",
            paramLabel = "URI",
            description = "Where levels are made up for the time of the generation; on a cluster, one that all machines"
                    + " see (default: a temporary folder).")
    private String folder;

    @Override
    public Integer call() {
        refuseWhatHasNoEffect();
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
        if (sequences != null && sequences < 1) {
            throw new InputException("--sequences " + sequences + " measures nothing.", "give 1 or more.");
        }
        Storage storage = shared.storageOfApplication();
        if (folder != null && storage.isFile(storage.qualified(folder))) {
            throw new InputException("--folder " + folder + " is a file.", "name a folder.");
        }
        SourceModel source = SourceModel.open(storage, model);
        int length = sequenceLength != null
                ? sequenceLength
                : Math.min(256, source.file().config().maxPositions());
        SourceText.requireFits(source.file(), length);
        BenchmarkJob job = new BenchmarkJob(source, length, shared.progress());
        if (only != Part.dense) {
            requireGeneration(length);
        }
        if (only != Part.generation && shared.isOnGpus()) {
            job.gpu(shared.precision(), sequences != null ? sequences : SequenceScorer.together(length, true));
        } else if (only != Part.generation) {
            Set<Integer> counts = new TreeSet<>(threads == null ? List.of(1, cores) : List.of(threads));
            job.dense(counts);
        }
        if (only != Part.dense) {
            job.generations(
                    () -> shared.startSpark("paretopress bench " + source.name(), threads),
                    storage,
                    folder,
                    generations,
                    offspring,
                    stages);
        }
        shared.answer(job.document(), job.lines());
        return 0;
    }

    private void refuseWhatHasNoEffect() {
        if (threads != null && shared.isOnGpus()) {
            throw withoutEffect("--threads", "with --gpus");
        }
        if (sequences != null && !shared.isOnGpus()) {
            throw withoutEffect("--sequences", "without --gpus");
        }
        if (sequences != null && only == Part.generation) {
            throw withoutEffect("--sequences", "with --only generation");
        }
        for (String option : OF_GENERATIONS) {
            if (only == Part.dense && spec.commandLine().getParseResult().hasMatchedOption(option)) {
                throw withoutEffect(option, "with --only dense");
            }
        }
    }

    private static InputException withoutEffect(String option, String circumstance) {
        return new InputException(option + " has no effect " + circumstance + ".", "leave it out.");
    }

    private void requireGeneration(int length) {
        try {
            new EvolutionSettings(generations, offspring, stages, 0);
        } catch (IllegalArgumentException e) {
            throw new InputException(
                    e.getMessage().lines().findFirst().orElseThrow(),
                    "change --stages or --offspring, as in 16@2048,1@8192.");
        }
        long least = stages.stream().mapToLong(Stage::tokens).min().orElseThrow();
        if (length > least) {
            throw new InputException(
                    "--sequence-length " + length + " is longer than the generation's smallest stage, " + least
                            + " tokens.",
                    "measure with --only dense, shorter sequences or other --stages.");
        }
    }

    /** Survivors and tokens, such as 16@2048. */
    static final class StageText implements ITypeConverter<Stage> {

        private static final Pattern FORM = Pattern.compile("(\\d{1,9})@(\\d{1,9})");

        @Override
        public Stage convert(String text) {
            Matcher matcher = FORM.matcher(text);
            if (!matcher.matches()) {
                throw new TypeConversionException("'" + text + "' is no stage; write 16@2048");
            }
            return new Stage(Integer.parseInt(matcher.group(1)), Long.parseLong(matcher.group(2)));
        }
    }
}
