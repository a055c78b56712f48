package org.paretopress.kernels.ops;

import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;

/** Some rows of logits in 64 bits, with their exponentials and log-sums; a part of {@link Nd4jArrayOps}. */
final class WideLogits implements AutoCloseable {

    private final INDArray logits;
    private final INDArray exponentials;
    private final INDArray sums;
    private final double[] logSums;

    /** @param rows tokens × vocabulary, 32 bits */
    WideLogits(INDArray rows) {
        this.logits = rows.castTo(DataType.DOUBLE);
        try (INDArray largest = ArrayOperations.reduceRows("reduce_max", logits)) {
            this.exponentials = logits.sub(largest);
            Transforms.exp(exponentials, false);
            this.sums = ArrayOperations.reduceRows("reduce_sum", exponentials);
            try (INDArray logs = Transforms.log(sums, true)) {
                logs.addi(largest);
                this.logSums = logs.data().asDouble();
            }
        }
    }

    /** log Σ e^z of each row. */
    double[] logSums() {
        return logSums;
    }

    /** The logit of one token a row. */
    double[] at(int[] tokens) {
        long columns = logits.size(1);
        long[] places = new long[tokens.length];
        for (int row = 0; row < tokens.length; row++) {
            places[row] = row * columns + tokens[row];
        }
        try (INDArray indices = Nd4j.createFromArray(places);
                INDArray chosen = Nd4j.createUninitialized(DataType.DOUBLE, tokens.length)) {
            ArrayOperations.gather(logits.reshape('c', new long[] {logits.length()}), indices, chosen);
            return chosen.data().asDouble();
        }
    }

    /** Σ p·z of each row. */
    double[] dot(INDArray probabilities) {
        try (INDArray products = probabilities.castTo(DataType.DOUBLE);
                INDArray sum = ArrayOperations.reduceRows("reduce_sum", products.muli(logits))) {
            return sum.data().asDouble();
        }
    }

    /**
     * Turns the rows into probabilities.
     *
     * @param probabilities shaped like the logits; receives them in 32 bits
     * @param first place of the first row in what follows
     * @param mass receives the sum of each row of probabilities as stored
     * @param negativeEntropy receives Σ p·log p of each row
     */
    void predict(INDArray probabilities, int first, double[] mass, double[] negativeEntropy) {
        exponentials.divi(sums);
        probabilities.assign(exponentials);
        try (INDArray stored = probabilities.castTo(DataType.DOUBLE);
                INDArray sum = ArrayOperations.reduceRows("reduce_sum", stored)) {
            double[] products = dot(probabilities);
            double[] sums = sum.data().asDouble();
            for (int row = 0; row < sums.length; row++) {
                mass[first + row] = sums[row];
                negativeEntropy[first + row] = products[row] - sums[row] * logSums[row];
            }
        }
    }

    @Override
    public void close() {
        logits.close();
        exponentials.close();
        sums.close();
    }
}
