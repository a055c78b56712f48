package org.paretopress.jobs.bench;

import java.util.List;
import java.util.SplittableRandom;
import org.paretopress.kernels.ops.Nd4jOps;
import org.paretopress.kernels.ops.Tensor;

/** The speed of large square products, one a thread: what all else is measured by. */
final class SgemmPeak {

    private static final int SIZE = 2048;
    private static final int ROUNDS = 5;

    private SgemmPeak() {}

    private record Product(Nd4jOps ops, List<Tensor> factors, Tensor product) implements AutoCloseable {

        static Product make() {
            Nd4jOps ops = new Nd4jOps();
            return new Product(ops, List.of(random(ops), random(ops)), ops.allocate(SIZE, SIZE));
        }

        private static Tensor random(Nd4jOps ops) {
            Tensor tensor = ops.allocate(SIZE, SIZE);
            SplittableRandom random = new SplittableRandom(0);
            float[] row = new float[SIZE];
            for (int r = 0; r < SIZE; r++) {
                for (int i = 0; i < SIZE; i++) {
                    row[i] = (float) random.nextDouble();
                }
                tensor.writeRow(r, row, 0);
            }
            return tensor;
        }

        void run() {
            ops.linear(factors.get(0), factors.get(1), product, false);
        }

        @Override
        public void close() {
            factors.forEach(Tensor::close);
            product.close();
            ops.close();
        }
    }

    /** Billions of floating-point operations a second, all threads together; the best of some rounds. */
    static double gigaflops(int threads) {
        try (Crew<Product> crew = new Crew<>(threads, Product::make)) {
            crew.seconds(Product::run);
            double best = Double.MAX_VALUE;
            for (int round = 0; round < ROUNDS; round++) {
                best = Math.min(best, crew.seconds(Product::run));
            }
            return threads * 2.0 * SIZE * SIZE * SIZE / best / 1e9;
        } catch (Exception e) {
            throw new IllegalStateException("Cannot measure the speed of products", e);
        }
    }
}
