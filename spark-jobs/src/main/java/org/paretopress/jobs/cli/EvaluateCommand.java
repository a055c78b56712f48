package org.paretopress.jobs.cli;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.apache.spark.api.java.JavaSparkContext;
import org.paretopress.jobs.InputException;
import org.paretopress.jobs.cluster.ExecutorModel;
import org.paretopress.jobs.cluster.KnownLosses;
import org.paretopress.jobs.cluster.ScoredText;
import org.paretopress.jobs.cluster.SparkScorer;
import org.paretopress.jobs.cluster.WorkCount;
import org.paretopress.jobs.input.FinishedRun;
import org.paretopress.jobs.input.LevelFolder;
import org.paretopress.jobs.input.SourceModel;
import org.paretopress.jobs.input.SourceText;
import org.paretopress.jobs.storage.Storage;
import org.paretopress.kernels.forward.Loss;
import org.paretopress.kernels.forward.WeightCache;
import org.paretopress.kernels.model.ModelConfig;
import org.paretopress.kernels.ops.Divergence;
import org.paretopress.kernels.text.TextTokenizer;
import org.paretopress.kernels.text.TokenSequences;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "evaluate",
        description = "Perplexity of a model on text, and the divergence of a point of a run from it.")
final class EvaluateCommand implements Callable<Integer> {

    /** How a text is cut into sequences and which predictions count. */
    enum Chunking {
        /** Consecutive sequences; every prediction within them counts. */
        plain,
        /** As llama.cpp's perplexity tool: begin-of-sequence in front of every chunk, its second half counts. */
        llama_cpp
    }

    @Mixin
    private SharedOptions shared;

    @Parameters(paramLabel = "MODEL", description = "Folder of the dense model.")
    private String model;

    @Option(
            names = "--text",
            required = true,
            arity = "1..*",
            paramLabel = "FILE",
            description = "Text files and globs, read in order.")
    private List<String> text;

    @Option(names = "--tokens", paramLabel = "N", description = "Use the first N tokens (default: all).")
    private Integer tokens;

    @Option(
            names = "--sequence-length",
            paramLabel = "N",
            description = "Tokens a sequence (default: 256, or what the model can read).")
    private Integer sequenceLength;

    @Option(
            names = "--chunking",
            defaultValue = "plain",
            paramLabel = "plain|llama.cpp",
            converter = ChunkingName.class,
            description = "Which predictions count (default: ${DEFAULT-VALUE}).")
    private Chunking chunking;

    @ArgGroup
    private Levels levels;

    private static final class Levels {
        @Option(names = "--run", paramLabel = "RUN", description = "Run whose point or levels are measured.")
        private String run;

        @Option(names = "--levels", paramLabel = "FOLDER", description = "Level database, as 'levels' printed it.")
        private String folder;
    }

    @ArgGroup
    private Candidate candidate;

    private static final class Candidate {
        @Option(names = "--point", paramLabel = "ID", description = "A point of the run: id, knee or max-bytes=N.")
        private String point;

        @Option(names = "--assignment", paramLabel = "FILE", description = "Level by layer, JSON or 'layer: level'.")
        private String assignment;

        @Option(names = "--uniform", paramLabel = "LEVEL", description = "One level in every layer, such as 3.")
        private String uniform;

        /** As it was typed. */
        @Override
        public String toString() {
            return point != null
                    ? "--point " + point
                    : assignment != null ? "--assignment " + assignment : "--uniform " + uniform;
        }
    }

    @Override
    public Integer call() {
        Storage storage = shared.storageOfApplication();
        requirePair();
        SourceModel source = SourceModel.open(storage, model);
        TokenSequences sequences = sequences(storage, source);
        ExecutorModel.Source opened = ExecutorModel.Source.dense(source.uri());
        Map<String, String> assignment = Map.of();
        if (candidate != null) {
            LevelFolder folder = LevelFolder.open(storage, levels.run != null ? levels.run : levels.folder, source);
            opened = new ExecutorModel.Source(source.uri(), folder.path().toString());
            assignment = assignment(storage, folder);
            folder.require(assignment);
        }
        String[] names = names(source.file().config(), assignment);
        try (JavaSparkContext spark = shared.startSpark("paretopress evaluate " + source.name())) {
            ScoredText scored = ScoredText.broadcast(spark, sequences);
            int first = chunking == Chunking.llama_cpp ? sequences.sequenceLength() / 2 : 0;
            WorkCount work = new WorkCount(shared.progress()::say);
            Divergence divergence = candidate == null ? null : Divergence.FULL;
            SparkScorer scorer = new SparkScorer(spark, opened, scored, work, first, divergence, new KnownLosses());
            answer(scorer.score(List.<String[]>of(names), scored.groups().all(), "evaluate")
                    .get(0)
                    .sum());
        }
        return 0;
    }

    /** Levels and what to take of them come together or not at all. */
    private void requirePair() {
        if (candidate == null && levels != null) {
            throw new InputException(
                    (levels.run != null ? "--run " + levels.run : "--levels " + levels.folder)
                            + " is given without what to measure of it.",
                    "add --point, --assignment or --uniform.");
        }
        if (candidate != null && levels == null) {
            throw new InputException(candidate + " is given without the levels it names.", "add --run or --levels.");
        }
    }

    private Map<String, String> assignment(Storage storage, LevelFolder folder) {
        if (candidate.uniform != null) {
            return folder.uniform(candidate.uniform);
        }
        if (candidate.assignment != null) {
            return FinishedRun.assignment(storage, candidate.assignment);
        }
        if (levels.run == null) {
            throw new InputException(
                    "--point " + candidate.point + " is a point of a run, and --levels names none.",
                    "write --run RUN instead.");
        }
        return FinishedRun.open(storage, levels.run).point(candidate.point).assignment();
    }

    private TokenSequences sequences(Storage storage, SourceModel source) {
        ModelConfig config = source.file().config();
        int length = sequenceLength != null ? sequenceLength : Math.min(256, config.maxPositions());
        SourceText.requireFits(source.file(), length);
        if (chunking == Chunking.llama_cpp && length < 3) {
            throw new InputException(
                    "--sequence-length " + length + " leaves llama.cpp's chunking no prediction that counts.",
                    "use 3 or more.");
        }
        if (tokens != null && tokens < length) {
            throw new InputException(
                    "--tokens " + tokens + " is fewer than one sequence of " + length + ".",
                    "raise it or lower --sequence-length.");
        }
        int[] ids;
        try (TextTokenizer tokenizer = TextTokenizer.open(source.file())) {
            ids = SourceText.tokenize(storage, tokenizer, "--text", text);
        }
        ids = tokens == null ? ids : Arrays.copyOf(ids, Math.min(tokens, ids.length));
        TokenSequences sequences =
                new TokenSequences(length, chunking == Chunking.plain ? ids : chunks(ids, length, config));
        if (sequences.count() == 0) {
            throw new InputException(
                    "--text " + text + " has " + ids.length + " tokens, fewer than one sequence of " + length + ".",
                    "lower --sequence-length or give more text.");
        }
        return sequences;
    }

    /** The first token of every chunk gives way to begin-of-sequence. */
    private static int[] chunks(int[] ids, int length, ModelConfig config) {
        if (config.beginOfSequence() >= 0) {
            for (int start = 0; start < ids.length; start += length) {
                ids[start] = config.beginOfSequence();
            }
        }
        return ids;
    }

    /** One level a layer, in model order; layers that the assignment does not name stay dense. */
    private static String[] names(ModelConfig config, Map<String, String> assignment) {
        List<String> layers =
                config.layers().stream().map(ModelConfig.LayerShape::name).toList();
        assignment.keySet().stream()
                .filter(layer -> !layers.contains(layer))
                .findFirst()
                .ifPresent(layer -> {
                    throw new InputException(
                            "The assignment names layer " + layer + ", which the model does not have.",
                            "it was made for another model.");
                });
        return layers.stream()
                .map(layer -> assignment.getOrDefault(layer, WeightCache.DENSE))
                .toArray(String[]::new);
    }

    private void answer(Loss loss) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("perplexity", loss.perplexity());
        document.put("nll", loss.meanNll());
        document.put("tokens", loss.predictions());
        String lines = String.format(
                Locale.ROOT,
                "perplexity %.4f (negative log-likelihood %.5f nats over %,d predicted tokens)",
                loss.perplexity(),
                loss.meanNll(),
                loss.predictions());
        if (candidate != null) {
            document.put("kl", loss.meanKl());
            document.put("klTokens", loss.predictions());
            lines += String.format(Locale.ROOT, "%nKL divergence from the dense model %.6f nats", loss.meanKl());
        }
        shared.answer(document, lines);
    }

    /** The names people type. */
    static final class ChunkingName implements picocli.CommandLine.ITypeConverter<Chunking> {
        @Override
        public Chunking convert(String value) {
            return switch (value) {
                case "plain" -> Chunking.plain;
                case "llama.cpp" -> Chunking.llama_cpp;
                default ->
                    throw new picocli.CommandLine.TypeConversionException(
                            "'" + value + "' is unknown; use plain or llama.cpp");
            };
        }
    }
}
