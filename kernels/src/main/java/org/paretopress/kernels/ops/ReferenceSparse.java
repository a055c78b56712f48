package org.paretopress.kernels.ops;

import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.paretopress.kernels.ops.ReferenceOps.Plain;

/** {@link SparsePrediction} as its formulas read, in double precision; a part of {@link ReferenceOps}. */
final class ReferenceSparse {

    private ReferenceSparse() {}

    /** Fills a row of a prediction from the dense model's logits. */
    static void predict(SparsePrediction dense, int row, double[] logits) {
        List<Integer> tokens = IntStream.range(0, logits.length)
                .boxed()
                .sorted(Comparator.comparing((Integer i) -> 0 - logits[i]).thenComparing(i -> i))
                .limit(dense.top())
                .toList();
        boolean bucket = dense.tail() == Divergence.Tail.BUCKET;
        double logSum = ReferenceOps.logSumExp(bucket ? logits : only(tokens, logits));
        for (int i = 0; i < tokens.size(); i++) {
            double p = Math.exp(logits[tokens.get(i)] - logSum);
            ((Plain) dense.tokens()).set(row, i, tokens.get(i));
            ((Plain) dense.probabilities()).set(row, i, p);
            dense.mass()[row] += p;
            dense.negativeEntropy()[row] += p == 0 ? 0 : p * Math.log(p);
        }
        if (bucket) {
            double tail = Math.exp(ReferenceOps.logSumExp(except(tokens, logits)) - logSum);
            dense.tailMass()[row] = tail;
            dense.mass()[row] += tail;
            dense.negativeEntropy()[row] += tail == 0 ? 0 : tail * Math.log(tail);
        }
    }

    /** Σ p·log(p / q) over the kept tokens, and over the tail where it counts. */
    static double divergence(SparsePrediction dense, int row, double[] logits) {
        Plain probabilities = (Plain) dense.probabilities();
        List<Integer> tokens = IntStream.range(0, dense.top())
                .mapToObj(i -> (int) ((Plain) dense.tokens()).at(row, i))
                .toList();
        boolean bucket = dense.tail() == Divergence.Tail.BUCKET;
        double logSum = ReferenceOps.logSumExp(bucket ? logits : only(tokens, logits));
        double sum = 0;
        for (int i = 0; i < tokens.size(); i++) {
            double p = probabilities.at(row, i);
            double logQ = logits[tokens.get(i)] - logSum;
            sum += p == 0 ? 0 : p * (Math.log(p) - logQ);
        }
        double tail = dense.tailMass()[row];
        if (tail > 0) {
            sum += tail * (Math.log(tail) - (ReferenceOps.logSumExp(except(tokens, logits)) - logSum));
        }
        return sum;
    }

    private static double[] only(List<Integer> tokens, double[] logits) {
        return tokens.stream().mapToDouble(i -> logits[i]).toArray();
    }

    private static double[] except(List<Integer> tokens, double[] logits) {
        Set<Integer> kept = tokens.stream().collect(Collectors.toSet());
        return IntStream.range(0, logits.length)
                .filter(i -> !kept.contains(i))
                .mapToDouble(i -> logits[i])
                .toArray();
    }
}
