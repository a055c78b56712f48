package org.paretopress.kernels.text;

import java.io.Serializable;
import java.util.Arrays;
import java.util.Objects;

/** Token ids cut into sequences of one length, numbered from 0. Immutable by convention: nobody writes the array. */
public final class TokenSequences implements Serializable {

    private static final long serialVersionUID = 1L;

    private final int sequenceLength;
    private final int[] tokens;

    /** @param tokens as many whole sequences as there are; a rest is cut off */
    public TokenSequences(int sequenceLength, int[] tokens) {
        if (sequenceLength < 2) {
            throw new IllegalArgumentException("sequenceLength = " + sequenceLength
                    + " leaves nothing to predict.\nMaybe use the length the model was trained on.");
        }
        this.sequenceLength = sequenceLength;
        this.tokens = Arrays.copyOf(tokens, tokens.length / sequenceLength * sequenceLength);
    }

    public int count() {
        return tokens.length / sequenceLength;
    }

    public int sequenceLength() {
        return sequenceLength;
    }

    /** Tokens in all sequences together. */
    public int tokens() {
        return tokens.length;
    }

    /** The ids of the given sequences, one behind the other. */
    public int[] gather(int... sequences) {
        int[] batch = new int[sequences.length * sequenceLength];
        for (int i = 0; i < sequences.length; i++) {
            Objects.checkIndex(sequences[i], count());
            System.arraycopy(tokens, sequences[i] * sequenceLength, batch, i * sequenceLength, sequenceLength);
        }
        return batch;
    }

    /** The sequences from {@code from} up to but not including {@code to}. */
    public TokenSequences range(int from, int to) {
        return new TokenSequences(
                sequenceLength, Arrays.copyOfRange(tokens, from * sequenceLength, to * sequenceLength));
    }

    /** These sequences in another order, or some of them. */
    public TokenSequences select(int... sequences) {
        return new TokenSequences(sequenceLength, gather(sequences));
    }

    /** All ids, sequence by sequence. */
    public int[] toArray() {
        return tokens.clone();
    }
}
