package org.paretopress.kernels.ops;

import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Time of every primitive on one sequence of 256 tokens, on one thread. What the engine computed last is compared with the
 * oracle; a benchmark that deviates fails. Started by the Maven profile {@code benchmarks}.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Fork(
        value = 1,
        jvmArgs = {
            "-Xmx2g",
            "--add-modules=jdk.incubator.vector",
            "-Dorg.bytedeco.javacpp.maxbytes=0",
            "-Dorg.bytedeco.javacpp.maxphysicalbytes=0"
        })
public class TensorOpsBenchmark {

    /** The up projection of the MLP; checked for some tokens and outputs. */
    public static class Linear extends BenchmarkCase {
        private Pair x;
        private Pair weight;
        private Pair y;

        @Setup
        public void prepare() {
            x = pair(TOKENS, shape.hidden, 16, shape.hidden);
            weight = pair(shape.intermediate, shape.hidden, 100, shape.hidden);
            y = pair(TOKENS, shape.intermediate, 16, 100);
        }

        @TearDown
        public void check() {
            oracle.linear(x.expected(), weight.expected(), y.expected(), false);
            y.check(1, shape.hidden);
        }
    }

    @Benchmark
    public void linear(Linear with) {
        with.ops.linear(with.x.actual(), with.weight.actual(), with.y.actual(), false);
    }

    /** From the outputs of the up projection to its inputs; checked for some tokens and inputs. */
    public static class LinearBackward extends BenchmarkCase {
        private Pair y;
        private Pair weight;
        private Pair x;

        @Setup
        public void prepare() {
            y = pair(TOKENS, shape.intermediate, 16, shape.intermediate);
            weight = pair(shape.intermediate, shape.hidden, shape.intermediate, 100);
            x = pair(TOKENS, shape.hidden, 16, 100);
        }

        @TearDown
        public void check() {
            oracle.linearBackward(y.expected(), weight.expected(), x.expected(), false);
            x.check(1, shape.intermediate);
        }
    }

    @Benchmark
    public void linearBackward(LinearBackward with) {
        with.ops.linearBackward(with.y.actual(), with.weight.actual(), with.x.actual(), false);
    }

    public static class Norm extends BenchmarkCase {
        private Pair x;
        private Pair y;
        private float[] gain;

        @Setup
        public void prepare() {
            x = pair(TOKENS, shape.hidden);
            y = pair(TOKENS, shape.hidden);
            gain = Arrays.copyOf(pair(1, shape.hidden).values(), shape.hidden);
        }

        @TearDown
        public void check() {
            oracle.rmsNorm(x.expected(), gain, 1e-5, y.expected());
            y.check(2, 1);
        }
    }

    @Benchmark
    public void rmsNorm(Norm with) {
        with.ops.rmsNorm(with.x.actual(), with.gain, 1e-5, with.y.actual());
    }

    public static class Rotation extends BenchmarkCase {
        private Pair x;
        private Rotary rotary;

        @Setup
        public void prepare() {
            x = pair(TOKENS, shape.querySize);
            rotary = Rotary.of(TensorOpsContract.config(shape.headSize), TOKENS);
        }

        @Setup(Level.Invocation)
        public void restore() {
            x.restore();
        }

        @TearDown
        public void check() {
            oracle.rotate(x.expected(), rotary, TOKENS);
            x.check(1, 1);
        }
    }

    @Benchmark
    public void rotate(Rotation with) {
        with.ops.rotate(with.x.actual(), with.rotary, BenchmarkCase.TOKENS);
    }

    public static class Attention extends BenchmarkCase {
        private Pair q;
        private Pair k;
        private Pair v;
        private Pair y;

        @Setup
        public void prepare() {
            q = pair(TOKENS, shape.querySize);
            k = pair(TOKENS, shape.keyValueSize);
            v = pair(TOKENS, shape.keyValueSize);
            y = pair(TOKENS, shape.querySize);
        }

        @TearDown
        public void check() {
            oracle.attention(q.expected(), k.expected(), v.expected(), shape.headSize, TOKENS, y.expected());
            y.check(1, TOKENS);
        }
    }

    @Benchmark
    public void attention(Attention with) {
        with.ops.attention(
                with.q.actual(),
                with.k.actual(),
                with.v.actual(),
                with.shape.headSize,
                BenchmarkCase.TOKENS,
                with.y.actual());
    }

    public static class Gate extends BenchmarkCase {
        private Pair gate;
        private Pair up;

        @Setup
        public void prepare() {
            gate = pair(TOKENS, shape.intermediate);
            up = pair(TOKENS, shape.intermediate);
        }

        /** Gated again and again, the values would sink to where arithmetic is slow. */
        @Setup(Level.Invocation)
        public void restore() {
            gate.restore();
        }

        @TearDown
        public void check() {
            oracle.swiGlu(gate.expected(), up.expected());
            gate.check(1, 1);
        }
    }

    @Benchmark
    public void swiGlu(Gate with) {
        with.ops.swiGlu(with.gate.actual(), with.up.actual());
    }

    /** Of the attention's input; checked for some of its channels. */
    public static class Gram extends BenchmarkCase {
        private Pair x;
        private Pair product;

        @Setup
        public void prepare() {
            x = pair(TOKENS, shape.hidden, TOKENS, 100);
            product = pair(shape.hidden, shape.hidden, 100, 100);
        }

        @TearDown
        public void check() {
            oracle.gram(x.expected(), product.expected());
            UpperTriangle.mirror(product.actual());
            product.check(TOKENS, 1);
        }
    }

    @Benchmark
    public void gram(Gram with) {
        with.ops.gram(with.x.actual(), with.product.actual());
    }

    /** Of the up projection; checked for some of its weights. */
    public static class CrossGram extends BenchmarkCase {
        private Pair y;
        private Pair x;
        private Pair product;

        @Setup
        public void prepare() {
            y = pair(TOKENS, shape.intermediate, TOKENS, 100);
            x = pair(TOKENS, shape.hidden, TOKENS, 50);
            product = pair(shape.intermediate, shape.hidden, 100, 50);
        }

        @TearDown
        public void check() {
            oracle.crossGram(y.expected(), x.expected(), product.expected());
            product.check(1, TOKENS);
        }
    }

    @Benchmark
    public void crossGram(CrossGram with) {
        with.ops.crossGram(with.y.actual(), with.x.actual(), with.product.actual());
    }

    /** Logits of a candidate and of the dense model. */
    public static class Prediction extends BenchmarkCase {
        private Pair logits;
        private Pair denseLogits;
        private DensePrediction dense;
        private int[] targets;
        private final double[] kl = new double[TOKENS];
        private final double[] nll = new double[TOKENS];

        @Setup
        public void prepare() {
            logits = pair(TOKENS, shape.vocabulary);
            denseLogits = pair(TOKENS, shape.vocabulary);
            dense = ops.densePrediction(denseLogits.actual(), Divergence.FULL);
            targets = new int[TOKENS];
            Arrays.setAll(targets, token -> 13 * token % shape.vocabulary);
        }

        @TearDown
        public void check() {
            DensePrediction expected = oracle.densePrediction(denseLogits.expected(), Divergence.FULL);
            new Pair(null, ((FullPrediction) dense).probabilities(), ((FullPrediction) expected).probabilities())
                    .check(1.0 / shape.vocabulary, 1);
            double[] expectedKl = new double[TOKENS];
            double[] expectedNll = new double[TOKENS];
            oracle.score(logits.expected(), targets, expected, expectedKl, expectedNll);
            ops.score(logits.actual(), targets, dense, kl, nll);
            for (int token = 0; token < TOKENS; token++) {
                requireClose(kl[token], expectedKl[token], 1e-5);
                requireClose(nll[token], expectedNll[token], 1e-5);
            }
        }
    }

    @Benchmark
    public double densePrediction(Prediction with) {
        with.dense.close();
        with.dense = with.ops.densePrediction(with.denseLogits.actual(), Divergence.FULL);
        return ((FullPrediction) with.dense).mass()[0];
    }

    @Benchmark
    public double score(Prediction with) {
        with.ops.score(with.logits.actual(), with.targets, with.dense, with.kl, with.nll);
        return with.kl[0];
    }
}
