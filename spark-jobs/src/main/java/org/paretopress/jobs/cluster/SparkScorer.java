package org.paretopress.jobs.cluster;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaSparkContext;
import org.paretopress.jobs.RunFailedException;
import org.paretopress.jobs.run.Work;
import org.paretopress.kernels.forward.Loss;
import org.paretopress.kernels.forward.WeightCache;
import org.paretopress.kernels.model.ModelConfig;
import org.paretopress.kernels.ops.Divergence;
import scala.Tuple2;

/**
 * Losses of candidates on a text, computed by the cluster.
 *
 * <p>A task returns the loss of every candidate on every single sequence; the driver adds them up in the order of groups and
 * sequences. So the sums are the same bits however the work was cut, wherever it ran, and whatever was known before.
 */
public final class SparkScorer {

    /** Candidates that travel with one task: their names stay small beside what Spark sends anyway. */
    private static final int AT_ONCE = 512;

    private final JavaSparkContext spark;
    private final ExecutorModel.Source source;
    private final ScoredText text;
    private final WorkCount work;
    private final int firstPrediction;
    private final Divergence divergence;
    private final KnownLosses known;

    /** Scores every prediction, fully against the dense model; {@code work} counts what is evaluated. */
    public SparkScorer(JavaSparkContext spark, ExecutorModel.Source source, ScoredText text, WorkCount work) {
        this(spark, source, text, work, 0, Divergence.FULL, new KnownLosses());
    }

    /**
     * Scores a part of each sequence.
     *
     * @param firstPrediction the first prediction of a sequence that counts; 0 is that of its second token
     * @param divergence how to compare with the dense model; null does not, and KL is 0
     * @param known losses of this text, scored in this way
     */
    public SparkScorer(
            JavaSparkContext spark,
            ExecutorModel.Source source,
            ScoredText text,
            WorkCount work,
            int firstPrediction,
            Divergence divergence,
            KnownLosses known) {
        this.spark = spark;
        this.source = source;
        this.text = text;
        this.work = work;
        this.firstPrediction = firstPrediction;
        this.divergence = divergence;
        this.known = known;
    }

    public ScoredText text() {
        return text;
    }

    /**
     * Scores every candidate on all given groups of sequences; what is known already is not computed again.
     *
     * @param candidates a level name for each layer, in model order
     * @param groups numbers of groups of the text, ascending
     * @return losses in the order of the candidates
     */
    public List<SequenceLosses> score(List<String[]> candidates, int[] groups, String description) {
        List<SequenceLosses> losses = new ArrayList<>();
        for (int first = 0; first < candidates.size(); first += AT_ONCE) {
            int end = Math.min(candidates.size(), first + AT_ONCE);
            losses.addAll(scoreAtOnce(candidates.subList(first, end), groups, description));
        }
        return losses;
    }

    private List<SequenceLosses> scoreAtOnce(List<String[]> candidates, int[] groups, String description) {
        List<String> keys = candidates.stream().map(KnownLosses::key).toList();
        CandidateLevels levels = CandidateLevels.of(candidates);
        List<List<Shards.Piece>> shards = Shards.cut(missing(levels, keys, groups), TaskDevice.tasksAtOnce(spark));
        long blockForwards = shards.isEmpty() ? 0 : compute(levels, keys, shards, description);

        List<SequenceLosses> losses =
                keys.stream().map(key -> collected(key, groups)).toList();
        long sequences = Arrays.stream(groups).mapToLong(text.groups()::size).sum();
        long blocks = levels.layers() / ModelConfig.PROJECTIONS.size();
        long tokens = losses.stream().mapToLong(SequenceLosses::tokensEvaluated).sum();
        work.add(new Work(
                candidates.size(), tokens, blockForwards, candidates.size() * sequences * blocks - blockForwards));
        return losses;
    }

    /** What has to be computed: each distinct candidate once, those with long common prefixes side by side. */
    private List<Shards.Piece> missing(CandidateLevels levels, List<String> keys, int[] groups) {
        Set<String> distinct = new HashSet<>();
        int[] order = IntStream.range(0, levels.count())
                .filter(c -> distinct.add(keys.get(c)))
                .boxed()
                .sorted(levels::compare)
                .mapToInt(Integer::intValue)
                .toArray();
        return Arrays.stream(groups)
                .mapToObj(group -> new Shards.Piece(
                        group,
                        Arrays.stream(order)
                                .filter(c -> known.of(keys.get(c), group) == null)
                                .toArray()))
                .filter(piece -> piece.candidates().length > 0)
                .toList();
    }

    /** Lets the cluster work; returns the block forwards it took. */
    private long compute(
            CandidateLevels levels, List<String> keys, List<List<Shards.Piece>> shards, String description) {
        ScoringTask task = new ScoringTask(
                source,
                text.fingerprint(),
                text.tokens(),
                text.sequences().sequenceLength(),
                levels,
                text.groups(),
                firstPrediction,
                divergence,
                lastAttempt(),
                work.executors(spark));
        spark.setJobDescription(description);
        Computed computed = new Computed(keys);
        // Somebody among those that are lost may have killed the executors: then each has the cluster to itself once.
        for (List<Shards.Piece> one : Shards.single(computed.add(shards, run(task, shards)))) {
            computed.giveUp(computed.add(List.of(one), run(task, List.of(one))), task.lastAttempt());
        }
        requireScorable(task, keys, computed.entries);
        known.computed(computed.entries, computed.blockForwards);
        return computed.blockForwards;
    }

    /**
     * The attempt at a task that Spark makes last. An executor that dies takes its tasks with it, and Spark ends a job when
     * one of its tasks failed for the last time; so that attempt is not made. Without a cluster there is one attempt.
     */
    private int lastAttempt() {
        int attempts = spark.getConf().getInt("spark.task.maxFailures", 4);
        return spark.isLocal() || attempts == 1 ? Integer.MAX_VALUE : attempts - 1;
    }

    private List<Tuple2<double[], String[]>> run(ScoringTask task, List<List<Shards.Piece>> shards) {
        return OnEachPartition.run(
                spark, shards.stream().map(Shards::encode).toList(), shard -> Shards.place(shard, text.groups()), task);
    }

    /**
     * Where no candidate could be scored, the original model tells whose fault it is: if it cannot be scored either, the run stops, and
     * nothing is kept of this, to be tried again.
     */
    private void requireScorable(ScoringTask task, List<String> keys, List<KnownLosses.Entry> entries) {
        List<KnownLosses.Entry> failed =
                entries.stream().filter(entry -> entry.failure() != null).toList();
        Set<String> failing = failed.stream().map(KnownLosses.Entry::levels).collect(Collectors.toSet());
        if (!failing.containsAll(keys)) {
            return;
        }
        String[] dense = new String[task.candidates().layers()];
        Arrays.fill(dense, WeightCache.DENSE);
        List<List<Shards.Piece>> alone =
                List.of(List.of(new Shards.Piece(failed.get(0).group(), new int[] {0})));
        Computed computed = new Computed(List.of(KnownLosses.key(dense)));
        List<List<Shards.Piece>> lost = computed.add(alone, run(task.with(dense), alone));
        if (!lost.isEmpty() || computed.entries.get(0).failure() != null) {
            throw unscorable(failed.get(0).failure(), known.areKept() ? "Then go on with --resume." : "")
                    .with("Neither any of " + failing.size() + " candidates nor the original model could be scored");
        }
    }

    private Unscorable unscorable(String reason, String then) {
        return new Unscorable(reason, spark.isLocal(), then);
    }

    /**
     * What ends a search that needs a candidate which could not be scored on all of the text. That is kept, so that a search that goes
     * on is the same search; one in its place tries again.
     *
     * @param finding names it
     */
    public RunFailedException failure(String finding, String[] candidate) {
        String key = KnownLosses.key(candidate);
        return Arrays.stream(text.groups().all())
                .mapToObj(group -> known.of(key, group).failure())
                .filter(Objects::nonNull)
                .findFirst()
                .map(reason -> unscorable(
                                reason, "Then begin anew with --overwrite, which scores only what is not known.")
                        .with(finding))
                .orElseThrow();
    }

    /** What tasks returned, put together. */
    private final class Computed {
        private final List<String> keys;
        private final List<KnownLosses.Entry> entries = new ArrayList<>();
        private long blockForwards;

        Computed(List<String> keys) {
            this.keys = keys;
        }

        /** Takes over the results of shards; returns those that gave up. */
        List<List<Shards.Piece>> add(List<List<Shards.Piece>> shards, List<Tuple2<double[], String[]>> results) {
            List<List<Shards.Piece>> lost = new ArrayList<>();
            for (int i = 0; i < shards.size(); i++) {
                String[] reasons = results.get(i)._2();
                if (results.get(i)._1().length > 0) {
                    add(shards.get(i), results.get(i)._1(), reasons);
                } else if (reasons.length == 0) {
                    lost.add(shards.get(i));
                } else {
                    throw new TaskFailedException(reasons[0]);
                }
            }
            return lost;
        }

        private void add(List<Shards.Piece> shard, double[] numbers, String[] reasons) {
            int number = 0;
            int reason = 0;
            for (Shards.Piece piece : shard) {
                int sequences = text.groups().size(piece.group());
                for (int candidate : piece.candidates()) {
                    String why = reasons[reason++];
                    entries.add(
                            why.isEmpty()
                                    ? KnownLosses.Entry.scored(
                                            keys.get(candidate), piece.group(), losses(numbers, number, sequences))
                                    : KnownLosses.Entry.failed(keys.get(candidate), piece.group(), why));
                    number += ScoringTask.NUMBERS * sequences;
                }
            }
            blockForwards += (long) numbers[number];
        }

        void giveUp(List<List<Shards.Piece>> shards, int attempts) {
            String reason = "executors that scored it died or failed, " + attempts + " times in succession";
            for (List<Shards.Piece> shard : shards) {
                for (Shards.Piece piece : shard) {
                    for (int candidate : piece.candidates()) {
                        entries.add(KnownLosses.Entry.failed(keys.get(candidate), piece.group(), reason));
                    }
                }
            }
        }

        private List<Loss> losses(double[] numbers, int offset, int sequences) {
            return IntStream.range(0, sequences)
                    .map(sequence -> offset + ScoringTask.NUMBERS * sequence)
                    .mapToObj(at -> new Loss(numbers[at], numbers[at + 1], predictions()))
                    .toList();
        }
    }

    /** Of a sequence. */
    private long predictions() {
        return text.sequences().sequenceLength() - 1L - firstPrediction;
    }

    /** What could not be scored has lost without bound, so that it is never chosen. */
    private SequenceLosses collected(String key, int[] groups) {
        Loss without = new Loss(Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY, predictions());
        List<Loss> losses = new ArrayList<>();
        long tokens = 0;
        for (int group : groups) {
            int sequences = text.groups().size(group);
            KnownLosses.Entry own = known.of(key, group);
            if (own.failure() == null) {
                losses.addAll(own.losses());
            } else {
                losses.addAll(Collections.nCopies(sequences, without));
                work.addInfeasible(key, own.failure());
            }
            tokens +=
                    known.ask(key, group) ? (long) sequences * text.sequences().sequenceLength() : 0;
        }
        return new SequenceLosses(losses, tokens);
    }
}
