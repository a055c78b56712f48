package org.paretopress.jobs.cluster;

import java.nio.ByteBuffer;
import java.util.HexFormat;
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
 */
public record ScoredText(String fingerprint, TokenSequences sequences, Broadcast<int[]> tokens) {

    public static ScoredText broadcast(JavaSparkContext spark, TokenSequences sequences) {
        int[] tokens = sequences.toArray();
        return new ScoredText(fingerprint(tokens), sequences, spark.broadcast(tokens));
    }

    /** All sequence numbers. */
    public int[] all() {
        return IntStream.range(0, sequences.count()).toArray();
    }

    /** SHA-256 of token ids, in hexadecimal. */
    public static String fingerprint(int[] tokens) {
        ByteBuffer bytes = ByteBuffer.allocate(4 * tokens.length);
        bytes.asIntBuffer().put(tokens);
        return HexFormat.of().formatHex(Digest.sha256(bytes.array()));
    }
}
