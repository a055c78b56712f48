package org.paretopress.jobs.export;

import java.util.List;
import java.util.stream.IntStream;
import org.paretopress.kernels.forward.FixedWeights;
import org.paretopress.kernels.forward.Loss;
import org.paretopress.kernels.forward.SequenceScorer;
import org.paretopress.kernels.forward.WeightCache;
import org.paretopress.kernels.model.ModelFile;
import org.paretopress.kernels.ops.DensePrediction;
import org.paretopress.kernels.ops.Divergence;
import org.paretopress.kernels.ops.Nd4jOps;
import org.paretopress.kernels.ops.TensorOps;
import org.paretopress.kernels.text.TokenSequences;

/** Opens an exported model as a stranger would and measures how far it is from the original. */
final class ReadBack implements AutoCloseable {

    private final TensorOps ops = new Nd4jOps(); // of the weights
    private final Opened original;
    private final Opened exported;

    ReadBack(ModelFile original, ModelFile exported) {
        this.original = Opened.of(original, ops);
        this.exported = Opened.of(exported, ops);
    }

    private record Opened(ModelFile model, FixedWeights fixed, WeightCache weights) {

        static Opened of(ModelFile model, TensorOps ops) {
            return new Opened(model, FixedWeights.load(model, ops), new WeightCache(model, null, ops, Long.MAX_VALUE));
        }

        SequenceScorer scorer(int sequenceLength) {
            return new SequenceScorer(model.config(), fixed, new Nd4jOps(), sequenceLength);
        }

        void close() {
            weights.close();
            fixed.close();
        }
    }

    /** Loss of the exported model against the original, over all sequences. */
    Loss measure(TokenSequences text) {
        List<Loss> losses = IntStream.range(0, text.count())
                .parallel()
                .mapToObj(i -> measure(text.gather(i)))
                .toList();
        Loss sum = Loss.NONE;
        for (Loss loss : losses) {
            sum = sum.plus(loss);
        }
        return sum;
    }

    private Loss measure(int[] sequence) {
        try (SequenceScorer before = original.scorer(sequence.length);
                SequenceScorer after = exported.scorer(sequence.length);
                DensePrediction dense =
                        before.predict(sequence, original.weights().dense(), Divergence.FULL)) {
            return after.score(sequence, exported.weights().dense(), dense, 0);
        }
    }

    @Override
    public void close() {
        exported.close();
        original.close();
        ops.close();
    }
}
