package org.paretopress.jobs.bench;

import java.util.List;
import java.util.SplittableRandom;
import org.paretopress.kernels.ops.Kernels;
import org.paretopress.kernels.ops.Tensor;
import org.paretopress.kernels.ops.TensorOps;

/**
 * The speed of large square products, one a thread: what all else is measured by.
 *
 * @param size rows and columns
 * @param times how many products are timed together
 */
record ProductPeak(Kernels kernels, int size, int times) {

    private static final int ROUNDS = 5;

    /** On one core of a CPU. */
    static ProductPeak onCpu(Kernels kernels) {
        return new ProductPeak(kernels, 2048, 1);
    }

    /** On a GPU, whose products are started one behind the other. */
    static ProductPeak onGpu(Kernels kernels) {
        return new ProductPeak(kernels, 8192, 20);
    }

    private record Product(TensorOps ops, List<Tensor> factors, Tensor product, int times) implements AutoCloseable {

        void run() {
            for (int i = 0; i < times; i++) {
                ops.linear(factors.get(0), factors.get(1), product, false);
            }
            product.readRow(0, new float[product.columns()]); // when it is done
        }

        @Override
        public void close() {
            factors.forEach(Tensor::close);
            product.close();
            ops.close();
        }
    }

    private Product make() {
        TensorOps ops = kernels.open();
        List<Tensor> factors = List.of(random(ops), random(ops));
        return new Product(ops, factors, ops.allocateOperand(size, size), times);
    }

    private Tensor random(TensorOps ops) {
        Tensor tensor = ops.allocateOperand(size, size);
        SplittableRandom random = new SplittableRandom(0);
        float[] row = new float[size];
        for (int r = 0; r < size; r++) {
            for (int i = 0; i < size; i++) {
                row[i] = (float) random.nextDouble();
            }
            tensor.writeRow(r, row, 0);
        }
        return tensor;
    }

    /** Billions of floating-point operations a second, all threads together; the best of some rounds. */
    double gigaflops(int threads) {
        try (Crew<Product> crew = new Crew<>(threads, this::make)) {
            crew.seconds(Product::run);
            double best = Double.MAX_VALUE;
            for (int round = 0; round < ROUNDS; round++) {
                best = Math.min(best, crew.seconds(Product::run));
            }
            return threads * times * 2.0 * size * size * size / best / 1e9;
        } catch (Exception e) {
            throw new IllegalStateException("Cannot measure the speed of products", e);
        }
    }
}
