package org.paretopress.jobs.input;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.apache.hadoop.fs.Path;
import org.paretopress.jobs.InputException;
import org.paretopress.jobs.config.RunConfig;
import org.paretopress.jobs.storage.Storage;
import org.paretopress.kernels.model.ModelFile;
import org.paretopress.kernels.text.TextTokenizer;
import org.paretopress.kernels.text.TokenSequences;
import org.paretopress.search.fitness.Draws;

/**
 * The text of a run, as sequences.
 *
 * @param calibration what levels and losses are computed on
 * @param holdout what only the final report is computed on; disjoint from the calibration text
 */
public record SourceText(TokenSequences calibration, TokenSequences holdout) {

    /** Distinguishes the draw of the holdout from other draws of the same seed. */
    private static final long HOLDOUT_DRAW = 0x686f6c646f7574L;

    /**
     * Reads and tokenizes the text of a configuration. Sequences are taken from the start of the files, in the order of
     * their names; where no holdout text is given, the seed decides which sequences are held back.
     */
    public static SourceText read(Storage storage, ModelFile model, RunConfig config) {
        int length = config.calibration().sequenceLength();
        requireFits(model, length);
        int calibrationTokens = config.calibration().tokens();
        int holdoutTokens = config.holdout().tokens();
        try (TextTokenizer tokenizer = TextTokenizer.open(model)) {
            List<String> calibrationText = config.calibration().text();
            if (!config.holdout().text().isEmpty()) {
                return new SourceText(
                        take(storage, tokenizer, "calibration", calibrationText, calibrationTokens, length),
                        take(storage, tokenizer, "holdout", config.holdout().text(), holdoutTokens, length));
            }
            requireSequence("holdout", holdoutTokens, length);
            long wanted = (long) calibrationTokens + holdoutTokens;
            TokenSequences all = take(storage, tokenizer, "calibration", calibrationText, wanted, length);
            return split(
                    all, holdoutTokens / length, Draws.random(config.search().seed(), HOLDOUT_DRAW));
        }
    }

    /** A model cannot read sequences beyond its trained positions. */
    public static void requireFits(ModelFile model, int sequenceLength) {
        if (sequenceLength > model.config().maxPositions()) {
            throw new InputException(
                    "sequenceLength = " + sequenceLength + " is longer than the model's "
                            + model.config().maxPositions() + " positions.",
                    "use " + model.config().maxPositions() + " or less.");
        }
    }

    /** The ids of all files together, each behind its own begin-of-sequence token. */
    public static int[] tokenize(Storage storage, TextTokenizer tokenizer, String key, List<String> patterns) {
        List<int[]> parts = new ArrayList<>();
        for (String pattern : patterns) {
            for (Path file : storage.glob(key, pattern)) {
                parts.add(tokenizer.encode(storage.readText(file)));
            }
        }
        return parts.stream().flatMapToInt(Arrays::stream).toArray();
    }

    private static TokenSequences take(
            Storage storage, TextTokenizer tokenizer, String key, List<String> patterns, long wanted, int length) {
        requireSequence(key, wanted, length);
        int[] tokens = tokenize(storage, tokenizer, key + ".text", patterns);
        if (tokens.length < wanted) {
            throw new InputException(
                    key + ".text = " + patterns + " is too short: it has " + tokens.length + " tokens, " + wanted
                            + " are asked for in sequences of " + length + ".",
                    "add text, or lower " + key + ".tokens; " + tokens.length / length * length + " are there.");
        }
        return new TokenSequences(length, Arrays.copyOf(tokens, (int) wanted));
    }

    private static void requireSequence(String key, long tokens, int length) {
        if (tokens < length) {
            throw new InputException(
                    key + ".tokens = " + tokens + " is fewer than one sequence of " + length + ".",
                    "raise it or lower calibration.sequenceLength.");
        }
    }

    private static SourceText split(TokenSequences all, int holdoutCount, SplittableRandom random) {
        int[] numbers = IntStream.range(0, all.count()).toArray();
        for (int i = numbers.length - 1; i > 0; i--) {
            int other = random.nextInt(i + 1);
            int swapped = numbers[i];
            numbers[i] = numbers[other];
            numbers[other] = swapped;
        }
        int[] holdout = IntStream.of(numbers).limit(holdoutCount).sorted().toArray();
        int[] calibration = IntStream.of(numbers).skip(holdoutCount).sorted().toArray();
        return new SourceText(all.select(calibration), all.select(holdout));
    }
}
