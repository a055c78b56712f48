package org.paretopress.kernels.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.paretopress.kernels.Shared;
import org.paretopress.kernels.forward.CandidateTrie;
import org.paretopress.kernels.forward.FixedWeights;
import org.paretopress.kernels.forward.Loss;
import org.paretopress.kernels.forward.SequenceScorer;
import org.paretopress.kernels.forward.WeightCache;
import org.paretopress.kernels.model.ModelFile;
import org.paretopress.kernels.ops.Divergence;
import org.paretopress.kernels.ops.Divergence.Tail;
import org.paretopress.kernels.ops.Divergence.TopTokens;
import org.paretopress.kernels.ops.Nd4jOps;
import org.paretopress.kernels.ops.Precision;
import org.paretopress.kernels.ops.TensorOps;
import org.paretopress.kernels.text.TextTokenizer;

/** Whole models on the GPU against the same models on the CPU. */
class CudaModelTest {

    private static final List<Divergence> DIVERGENCES =
            List.of(Divergence.FULL, new TopTokens(9, Tail.BUCKET), new TopTokens(9, Tail.RENORMALIZED));

    /** Tokens of the trained model's text, and of a sequence. */
    private static final int TRAINED_TOKENS = 512;

    private static final int TRAINED_LENGTH = 64;

    /** What a perplexity may be off by, in parts of it. */
    private static double ofPerplexity(Precision precision) {
        return switch (precision) {
            case FLOAT32 -> 1e-5;
            case BFLOAT16 -> 0.01;
            case FLOAT16 -> 0.002;
        };
    }

    /** What a divergence may be off by, in parts of it: a difference of predictions that both were rounded on the way. */
    private static double ofDivergence(Precision precision) {
        return switch (precision) {
            case FLOAT32 -> 1e-4;
            case BFLOAT16 -> 0.08;
            case FLOAT16 -> 0.04;
        };
    }

    /** Heads that tiled attention takes, and heads that it does not. */
    @ParameterizedTest
    @CsvSource({"FLOAT32, 10", "BFLOAT16, 16", "BFLOAT16, 10", "FLOAT16, 16"})
    void lossesAreThoseOfTheCpu(Precision precision, int headSize) {
        try (SmallLlama gpu = new SmallLlama(headSize, CudaContract.open(precision));
                SmallLlama cpu = new SmallLlama(headSize, new Nd4jOps())) {
            for (Divergence divergence : DIVERGENCES) {
                List<String[]> candidates = divergence == Divergence.FULL
                        ? gpu.candidates()
                        : gpu.candidates().subList(0, 3);
                Loss[][] actual = gpu.score(candidates, divergence);
                Loss[][] expected = cpu.score(candidates, divergence);
                for (int s = 0; s < SmallLlama.SEQUENCES; s++) {
                    for (int c = 0; c < candidates.size(); c++) {
                        assertClose(precision, actual[s][c], expected[s][c]);
                    }
                }
            }
        }
    }

    private static void assertClose(Precision precision, Loss actual, Loss expected) {
        double perplexity = expected.perplexity();
        assertThat(actual.perplexity()).isCloseTo(perplexity, Offset.offset(ofPerplexity(precision) * perplexity));
        double kl = expected.meanKl();
        assertThat(actual.meanKl()).isCloseTo(kl, Offset.offset(ofDivergence(precision) * kl + 1e-7));
    }

    /** What candidates have in common is computed once, and gives what it gives alone. */
    @ParameterizedTest
    @CsvSource({"FLOAT32, 10", "BFLOAT16, 16"})
    void sharingChangesNoBit(Precision precision, int headSize) {
        try (SmallLlama gpu = new SmallLlama(headSize, CudaContract.open(precision))) {
            Loss[][] shared = gpu.score(gpu.candidates(), Divergence.FULL);
            for (int c : new int[] {1, 2, 3, 4}) {
                Loss[][] alone = gpu.score(List.<String[]>of(gpu.candidates().get(c)), Divergence.FULL);
                for (int s = 0; s < SmallLlama.SEQUENCES; s++) {
                    assertThat(alone[s][0]).isEqualTo(shared[s][c]);
                }
            }
        }
    }

    /** Several groups go through at once, and each finds what it finds alone; in one group the emulator finds something else. */
    @ParameterizedTest
    @CsvSource({"FLOAT32, 10", "BFLOAT16, 16"})
    void groupsThatGoTogetherChangeNoBit(Precision precision, int headSize) {
        try (SmallLlama gpu = new SmallLlama(headSize, CudaContract.open(precision))) {
            SmallLlama single = gpu.on(CudaContract.open(precision), 1);
            List<String[]> candidates = gpu.candidates();
            Loss[][] together = single.score(candidates, Divergence.FULL);
            for (int s = 0; s < SmallLlama.SEQUENCES; s++) {
                assertThat(single.score(candidates, Divergence.FULL, s)[0]).isEqualTo(together[s]);
            }
            if (System.getProperty(CudaContract.GPU) == null) {
                assertThat(gpu.score(candidates, Divergence.FULL)[0]).isNotEqualTo(together[0]);
            }
            single.closeEngine();
        }
    }

    /** Threads have an engine each and share weights, whoever brought them first; every engine finds the same bits. */
    @Test
    void twoThreadsFindWhatOneFinds() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try (SmallLlama gpu = new SmallLlama(16, CudaContract.open(Precision.BFLOAT16))) {
            List<Future<Loss[][]>> found = threads.invokeAll(List.of(scoring(gpu), scoring(gpu)));
            Loss[][] alone = gpu.score(gpu.candidates(), Divergence.FULL);
            for (Future<Loss[][]> losses : found) {
                assertThat(losses.get()).isDeepEqualTo(alone);
            }
        } finally {
            threads.shutdown();
        }
    }

    private static Callable<Loss[][]> scoring(SmallLlama weights) {
        return () -> {
            SmallLlama same = weights.on(CudaContract.open(Precision.BFLOAT16));
            try {
                return same.score(same.candidates(), Divergence.FULL);
            } finally {
                same.closeEngine();
            }
        };
    }

    /** A trained model on text that it did not see. */
    @ParameterizedTest
    @EnumSource(names = {"FLOAT32", "BFLOAT16"})
    void perplexityOfATrainedModelIsThatOfTheCpu(Precision precision) throws IOException {
        ModelFile model = ModelFile.open(Shared.path("models/stories260K"));
        String text = Files.readString(Shared.path("data/stories-holdout.txt")).substring(0, 4000);
        int[] tokens;
        try (TextTokenizer tokenizer = TextTokenizer.open(Shared.path("models/stories260K"), 1)) {
            tokens = Arrays.copyOf(tokenizer.encode(text), TRAINED_TOKENS);
        }
        double expected = perplexity(model, tokens, new Nd4jOps());
        assertThat(perplexity(model, tokens, CudaContract.open(precision)))
                .isCloseTo(expected, Offset.offset(expected * ofPerplexity(precision)));
    }

    private static double perplexity(ModelFile model, int[] tokens, TensorOps ops) {
        try (FixedWeights fixed = FixedWeights.load(model, ops);
                WeightCache weights = new WeightCache(model, null, ops, Long.MAX_VALUE);
                SequenceScorer scorer = new SequenceScorer(model.config(), fixed, ops, TRAINED_LENGTH)) {
            String[] any = new String[model.config().layers().size()];
            Loss[][] losses = scorer.score(
                    tokens,
                    CandidateTrie.of(List.<String[]>of(any), model.config()),
                    List.of(weights.dense()),
                    null,
                    0);
            return Arrays.stream(losses)
                    .map(sequence -> sequence[0])
                    .reduce(Loss.NONE, Loss::plus)
                    .perplexity();
        }
    }
}
