package org.paretopress.kernels.forward;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.paretopress.kernels.model.ModelConfig;
import org.paretopress.kernels.ops.DensePrediction;
import org.paretopress.kernels.ops.Divergence;
import org.paretopress.kernels.ops.Tensor;
import org.paretopress.kernels.ops.TensorOps;

/**
 * Losses of candidates on a few sequences that go through the model together. What candidates have in common is computed
 * once, see {@link CandidateTrie}.
 *
 * <p>Where weights are dequantized on their way into products, several groups of sequences go through at once: each has products of its
 * own, and a weight is dequantized once for all of them.
 *
 * <p>A loss depends, in its last bits, on the sequences of its group, and on nothing else: callers cut a text into the same
 * groups of sequences wherever it is scored. Row t of the logits predicts token t + 1; the last row
 * predicts nothing that is known and never counts.
 *
 * <p>Memory of the engine for groups of T tokens: activations of one sub-block, logits of one sequence, and at most log2(candidates)
 * + 1 residual streams.
 */
public final class SequenceScorer implements AutoCloseable {

    /** Rows at which a product with a weight is near its best speed, on one core of a CPU and on a GPU. */
    private static final int CPU_TOKENS = 512;

    private static final int GPU_TOKENS = 16_384;
    private static final int MOST_ON_CPU = 8;
    private static final int MOST_ON_GPU = 64;

    private final TensorOps ops;
    private final ModelConfig config;
    private final Transformer transformer;
    private final int sequenceLength;
    private final int together;
    private final int groups;
    private final List<State> states = new ArrayList<>();
    private final int[] targets;
    private final double[] kl;
    private final double[] nll;

    /** The residual streams of some sequences, T × D in all. */
    private final class State {
        private final Tensor whole;
        private final Tensor[] beginnings;
        private final Tensor[] sequences;

        State() {
            int most = groups * together;
            whole = ops.allocate(most * sequenceLength, config.hiddenSize());
            beginnings = new Tensor[most];
            Arrays.setAll(beginnings, i -> whole.slice(0, (i + 1) * sequenceLength));
            sequences = new Tensor[most];
            Arrays.setAll(sequences, i -> whole.slice(i * sequenceLength, sequenceLength));
        }

        Tensor first(int count) {
            return beginnings[count - 1];
        }

        void close() {
            whole.close();
        }
    }

    /** Lends what the dense model predicts for the sequences of a group. */
    @FunctionalInterface
    public interface Teacher {

        /** @param sequence number within the group */
        void lend(int sequence, Consumer<DensePrediction> user);
    }

    /** For groups of the size that is fastest on a CPU. */
    public SequenceScorer(ModelConfig config, FixedWeights fixed, TensorOps ops, int sequenceLength) {
        this(config, fixed, ops, sequenceLength, together(sequenceLength, false));
    }

    /**
     * For as many groups at once as are fastest.
     *
     * @param together sequences of a group at most
     */
    public SequenceScorer(ModelConfig config, FixedWeights fixed, TensorOps ops, int sequenceLength, int together) {
        this(
                config,
                fixed,
                ops,
                sequenceLength,
                together,
                ops.multipliesPacked() ? Math.max(1, together(sequenceLength, true) / together) : 1);
    }

    /** @param groups that may go through at once */
    public SequenceScorer(
            ModelConfig config, FixedWeights fixed, TensorOps ops, int sequenceLength, int together, int groups) {
        this.ops = ops;
        this.config = config;
        this.sequenceLength = sequenceLength;
        this.together = together;
        this.groups = groups;
        this.transformer = new Transformer(config, fixed, ops, groups * together, sequenceLength, together);
        this.targets = new int[sequenceLength];
        this.kl = new double[sequenceLength];
        this.nll = new double[sequenceLength];
    }

    /** How many sequences make a group that is fastest. */
    public static int together(int sequenceLength, boolean onGpu) {
        int most = onGpu ? MOST_ON_GPU : MOST_ON_CPU;
        return Math.max(1, Math.min(most, (onGpu ? GPU_TOKENS : CPU_TOKENS) / sequenceLength));
    }

    /** How many groups may go through at once. */
    public int groups() {
        return groups;
    }

    /**
     * Bytes of the engine's memory that a scorer takes, beside what the engine itself needs for a product.
     *
     * @param sequences that go through at once at most, in all groups together
     * @param states residual streams alive at once
     * @param operandBytes of a number that products read
     */
    public static long bytes(ModelConfig config, int sequenceLength, int sequences, int states, int operandBytes) {
        long state = (long) sequences * sequenceLength * config.hiddenSize() * Float.BYTES;
        return states * state + Transformer.bytes(config, sequences, sequenceLength, operandBytes);
    }

    /** What the weights predict for every token of the sequence, as far as the divergence needs it; the caller closes it. */
    public DensePrediction predict(int[] sequence, LayerWeights weights, Divergence divergence) {
        return ops.densePrediction(transformer.forward(sequence, weights, ActivationTap.NONE), divergence);
    }

    /**
     * Runs sequences for what the tap sees.
     *
     * @param tokens the sequences of a group, one after the other
     */
    public void observe(int[] tokens, LayerWeights weights, ActivationTap tap) {
        if (states.isEmpty()) {
            states.add(new State());
        }
        Tensor x = states.get(0).first(tokens.length / sequenceLength);
        transformer.embed(tokens, x);
        for (int subBlock = 0; subBlock < config.subBlocks(); subBlock++) {
            transformer.run(subBlock, x, weights, tap);
        }
    }

    /** The engine, for taps that compute. */
    public TensorOps ops() {
        return ops;
    }

    /**
     * Scores candidates on a group of sequences, counting the predictions of tokens {@code first + 1} to the last of each.
     *
     * @param tokens the sequences, one after the other; those of several groups where all have as many as a group may have
     * @param trie the candidates
     * @param weights of each candidate
     * @param dense the dense model's predictions, or null for likelihood alone
     * @param first the first row that counts; 0 counts every prediction
     * @return losses by sequence and candidate
     */
    public Loss[][] score(int[] tokens, CandidateTrie trie, List<LayerWeights> weights, Teacher dense, int first) {
        Loss[][] losses = new Loss[tokens.length / sequenceLength][weights.size()];
        while (states.size() < trie.states()) {
            states.add(new State());
        }
        transformer.embed(tokens, states.get(0).first(losses.length));
        trie.walk(new CandidateTrie.Walk() {
            @Override
            public void run(int subBlock, int candidate, int state) {
                Tensor x = states.get(state).first(losses.length);
                transformer.run(subBlock, x, weights.get(candidate), ActivationTap.NONE);
            }

            @Override
            public void copy(int from, int to) {
                ops.copy(states.get(from).first(losses.length), states.get(to).first(losses.length));
            }

            @Override
            public void arrive(int[] candidates, int state) {
                for (int s = 0; s < losses.length; s++) {
                    Loss loss = loss(states.get(state).sequences[s], s, tokens, dense, first);
                    for (int candidate : candidates) {
                        losses[s][candidate] = loss;
                    }
                }
            }
        });
        return losses;
    }

    /** The loss of one candidate on one sequence. */
    public Loss score(int[] sequence, LayerWeights weights, DensePrediction dense, int first) {
        CandidateTrie alone =
                CandidateTrie.of(List.<String[]>of(new String[config.layers().size()]), config);
        return score(sequence, alone, List.of(weights), (s, user) -> user.accept(dense), first)[0][0];
    }

    private Loss loss(Tensor x, int sequence, int[] tokens, Teacher dense, int first) {
        System.arraycopy(tokens, sequence * sequenceLength + 1, targets, 0, sequenceLength - 1);
        if (dense == null) {
            ops.score(transformer.logits(x), targets, null, kl, nll);
        } else {
            dense.lend(sequence, prediction -> ops.score(transformer.logits(x), targets, prediction, kl, nll));
        }
        double klSum = 0;
        double nllSum = 0;
        for (int t = first; t < sequenceLength - 1; t++) {
            klSum += dense == null ? 0 : kl[t];
            nllSum += nll[t];
        }
        return new Loss(klSum, nllSum, sequenceLength - 1 - first);
    }

    @Override
    public void close() {
        transformer.close();
        states.forEach(State::close);
        ops.close();
    }
}
