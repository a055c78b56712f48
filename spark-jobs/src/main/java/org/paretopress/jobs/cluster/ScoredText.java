package org.paretopress.jobs.cluster;

import java.io.Serializable;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.paretopress.jobs.storage.Digest;
import org.paretopress.kernels.text.TokenSequences;

/**
 * A text that candidates are scored on, sent to every executor once.
 *
 * @param fingerprint SHA-256 of the token ids
 * @param tokens the ids, as executors see them
 * @param groups its sequences in groups that always go through a model together
 */
public record ScoredText(String fingerprint, TokenSequences sequences, Broadcast<int[]> tokens, Groups groups) {

    /**
     * Sequences of a text in fixed groups. Those of a group stand far apart in the text, so that a sample of groups is about as good as
     * one of single sequences.
     *
     * @param sequences of the text
     * @param together sequences in a group; where it does not divide the text, groups have fewer, of sizes that differ by one
     */
    public record Groups(int sequences, int together) implements Serializable {

        /** How many there are. */
        public int count() {
            return (sequences + together - 1) / together;
        }

        /** All group numbers. */
        public int[] all() {
            return IntStream.range(0, count()).toArray();
        }

        /** Numbers of the sequences of a group, ascending. */
        int[] members(int group) {
            return IntStream.iterate(group, s -> s < sequences, s -> s + count())
                    .toArray();
        }

        /** Of a group. */
        int size(int group) {
            return (sequences - group + count() - 1) / count();
        }
    }

    /** With groups of the size that is fastest. */
    public static ScoredText broadcast(JavaSparkContext spark, TokenSequences sequences) {
        return broadcast(spark, sequences, TaskDevice.together(spark.getConf(), sequences.sequenceLength()));
    }

    /** With the largest groups of which the text and every minibatch are whole numbers, so that samples have their size. */
    public static ScoredText broadcast(JavaSparkContext spark, TokenSequences sequences, List<Long> sampledTokens) {
        return broadcast(
                spark,
                sequences,
                together(sequences, TaskDevice.together(spark.getConf(), sequences.sequenceLength()), sampledTokens));
    }

    static int together(TokenSequences sequences, int most, List<Long> sampledTokens) {
        int length = sequences.sequenceLength();
        return IntStream.iterate(most, count -> count - 1)
                .filter(count -> sequences.count() % count == 0)
                .filter(count -> sampledTokens.stream().allMatch(tokens -> tokens / length % count == 0))
                .findFirst()
                .orElseThrow(); // one divides all
    }

    private static ScoredText broadcast(JavaSparkContext spark, TokenSequences sequences, int together) {
        int[] tokens = sequences.toArray();
        return new ScoredText(
                fingerprint(tokens), sequences, spark.broadcast(tokens), new Groups(sequences.count(), together));
    }

    /** SHA-256 of token ids, in hexadecimal. */
    public static String fingerprint(int[] tokens) {
        ByteBuffer bytes = ByteBuffer.allocate(4 * tokens.length);
        bytes.asIntBuffer().put(tokens);
        return HexFormat.of().formatHex(Digest.sha256(bytes.array()));
    }
}
