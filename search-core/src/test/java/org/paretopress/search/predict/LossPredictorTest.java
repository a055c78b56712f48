package org.paretopress.search.predict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.ToDoubleFunction;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.paretopress.search.Spaces;
import org.paretopress.search.space.Assignment;
import org.paretopress.search.space.SearchSpace;

class LossPredictorTest {

    /** So many tokens that a loss has no noise left. */
    private static final long ALL_TOKENS = Long.MAX_VALUE;

    /** So many that a text is hardly different from another. */
    private static final long TOKENS = 1 << 20;

    private static double sum(double[][] errors, Assignment assignment) {
        return IntStream.range(0, errors.length)
                .mapToDouble(layer -> errors[layer][assignment.level(layer)])
                .sum();
    }

    private static double[][] fallingErrors(int layers, SplittableRandom random) {
        return IntStream.range(0, layers)
                .mapToObj(layer -> {
                    double first = Math.exp(random.nextDouble(-2, 2));
                    return new double[] {first, first / 4, first / 16};
                })
                .toArray(double[][]::new);
    }

    private static List<Assignment> randomAssignments(SearchSpace space, int count, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        return IntStream.range(0, count)
                .mapToObj(i -> Spaces.randomAssignment(space, random))
                .toList();
    }

    private static double rankCorrelation(
            List<Assignment> assignments, ToDoubleFunction<Assignment> predicted, ToDoubleFunction<Assignment> truth) {
        return RankCorrelation.spearman(
                assignments.stream().mapToDouble(predicted).toArray(),
                assignments.stream().mapToDouble(truth).toArray());
    }

    @Test
    void withoutObservationsThePredictionIsTheTable() {
        double[][] errors = {{0.5, 0.25}, {0.125, 0}};
        LossPredictor predictor = new LossPredictor(Spaces.alike(2, 2), errors);
        assertThat(predictor.meanLog(Assignment.of(0, 0))).isEqualTo(Math.log(0.625));
        Prediction second = predictor.predict(Assignment.of(1, 0));
        assertThat(second.meanLog()).isEqualTo(Math.log(0.375));
        assertThat(second.loss()).isCloseTo(0.375, within(1e-15));
        assertThat(second.deviation()).isGreaterThan(1);
    }

    @Test
    void withoutNoiseThePredictionGoesThroughTheObservations() {
        SplittableRandom random = new SplittableRandom(2);
        SearchSpace space = Spaces.alike(6, 3);
        LossPredictor predictor = new LossPredictor(space, fallingErrors(6, random));
        List<Assignment> distinct =
                randomAssignments(space, 15, 3).stream().distinct().toList();
        double[] logs = random.doubles(distinct.size(), -0.3, 0.3).toArray();
        for (int i = 0; i < logs.length; i++) {
            predictor.learn(distinct.get(i), Math.exp(logs[i]), ALL_TOKENS, i);
        }
        for (int i = 0; i < logs.length; i++) {
            Prediction prediction = predictor.predict(distinct.get(i));
            assertThat(prediction.meanLog()).isCloseTo(logs[i], within(1e-4));
            assertThat(prediction.deviation()).isLessThan(1e-3);
        }
    }

    /** The formulas at {@link Hyperparameters} and {@link Affinities}, written out, with the matrix inverted by Gauss and Jordan. */
    @Test
    void equalsTheTextbook() {
        double[][] errors = {{0.8, 0.2, 0.1}, {0.3, 0.1, 0.05}, {0.6, 0.4, 0.2}};
        int[][] levels = {{0, 1, 2}, {0, 0, 1}, {2, 1, 0}, {1, 1, 1}, {0, 1, 2}};
        double[] losses = {0.9, 2.1, 0.7, 0.4, 1.1};
        long[] tokens = {512, 512, 512, 2048, 2048};
        long[] samples = {7, 7, 8, 7, 7};
        int[] asked = {0, 2, 1};

        LossPredictor predictor = new LossPredictor(Spaces.alike(3, 3), errors);
        for (int i = 0; i < losses.length; i++) {
            predictor.learn(Assignment.of(levels[i]), losses[i], tokens[i], samples[i]);
        }
        Prediction prediction = predictor.predict(Assignment.of(asked));

        Hyperparameters h = predictor.hyperparameters();
        double[][] covariance = new double[5][5];
        double[] toAsked = new double[5];
        double[] observed = new double[5];
        for (int i = 0; i < 5; i++) {
            for (int j = 0; j < 5; j++) {
                double k = kernel(errors, levels[i], levels[j], h);
                boolean sameText = samples[i] == samples[j];
                covariance[i][j] = 9
                        + k
                        + (sameText
                                ? (k * Math.pow(h.textShare(), 2) + Math.pow(h.textOffset(), 2))
                                        / Math.max(tokens[i], tokens[j])
                                : 0)
                        + (sameText && Arrays.equals(levels[i], levels[j])
                                ? Math.pow(h.noise(), 2) / Math.max(tokens[i], tokens[j])
                                : 0)
                        + (i == j ? 1e-9 : 0);
            }
            toAsked[i] = 9 + kernel(errors, levels[i], asked, h);
            observed[i] = Math.log(losses[i] / sum(errors, Assignment.of(levels[i])));
        }
        double[][] inverse = inverse(covariance);
        double mean = Math.log(sum(errors, Assignment.of(asked)));
        double variance = 9 + kernel(errors, asked, asked, h);
        for (int i = 0; i < 5; i++) {
            for (int j = 0; j < 5; j++) {
                mean += toAsked[i] * inverse[i][j] * observed[j];
                variance -= toAsked[i] * inverse[i][j] * toAsked[j];
            }
        }
        assertThat(prediction.meanLog()).isCloseTo(mean, within(1e-9));
        assertThat(prediction.deviation()).isCloseTo(Math.sqrt(variance), within(1e-9));
        assertThat(predictor.meanLog(Assignment.of(asked))).isEqualTo(prediction.meanLog());
    }

    private static double kernel(double[][] errors, int[] left, int[] right, Hyperparameters h) {
        double affinity = 0;
        for (int layer = 0; layer < errors.length; layer++) {
            if (left[layer] == right[layer]) {
                double error = errors[layer][left[layer]];
                affinity += Math.sqrt(error / sum(errors, Assignment.of(left)))
                        * Math.sqrt(error / sum(errors, Assignment.of(right)));
            }
        }
        return h.scale() * h.scale() * Math.exp((affinity - 1) / h.reach());
    }

    private static double[][] inverse(double[][] matrix) {
        int size = matrix.length;
        double[][] inverse = new double[size][size];
        for (int pivot = 0; pivot < size; pivot++) {
            inverse[pivot][pivot] = 1;
        }
        for (int pivot = 0; pivot < size; pivot++) {
            double divisor = matrix[pivot][pivot];
            for (int column = 0; column < size; column++) {
                matrix[pivot][column] /= divisor;
                inverse[pivot][column] /= divisor;
            }
            for (int row = 0; row < size; row++) {
                double factor = row == pivot ? 0 : matrix[row][pivot];
                for (int column = 0; column < size; column++) {
                    matrix[row][column] -= factor * matrix[pivot][column];
                    inverse[row][column] -= factor * inverse[pivot][column];
                }
            }
        }
        return inverse;
    }

    /** Two layers that hurt far more together than apart: the table cannot know, observations tell. */
    @Test
    void learnsLayersThatActTogether() {
        SplittableRandom random = new SplittableRandom(4);
        SearchSpace space = Spaces.alike(10, 3);
        double[][] errors = fallingErrors(10, random);
        errors[2] = new double[] {2, 0.5, 0.1};
        errors[7] = new double[] {2, 0.5, 0.1};
        ToDoubleFunction<Assignment> truth = assignment -> sum(errors, assignment)
                + 3 * Math.sqrt(errors[2][assignment.level(2)] * errors[7][assignment.level(7)]);
        LossPredictor predictor = new LossPredictor(space, errors);
        randomAssignments(space, 200, 5)
                .forEach(assignment -> predictor.learn(assignment, truth.applyAsDouble(assignment), TOKENS, 0));
        List<Assignment> others = randomAssignments(space, 300, 6);
        double table = rankCorrelation(others, assignment -> sum(errors, assignment), truth);
        assertThat(table).isLessThan(0.95);
        assertThat(rankCorrelation(others, predictor::meanLog, truth)).isGreaterThan((2 + table) / 3);
    }

    /** Every cell of the table is off by a factor of its own; the deviations are of the size of the errors made. */
    @Test
    void learnsErrorsOfTheTableAndKnowsHowWell() {
        SplittableRandom random = new SplittableRandom(7);
        SearchSpace space = Spaces.alike(12, 3);
        double[][] right = fallingErrors(12, random);
        double[][] measured = IntStream.range(0, 12)
                .mapToObj(layer -> DoubleStream.of(right[layer])
                        .map(error -> error * Math.exp(random.nextDouble(-0.7, 0.7)))
                        .toArray())
                .toArray(double[][]::new);
        LossPredictor predictor = new LossPredictor(space, measured);
        randomAssignments(space, 150, 8)
                .forEach(assignment -> predictor.learn(assignment, sum(right, assignment), TOKENS, 0));
        List<Assignment> others = randomAssignments(space, 300, 9);
        double table = rankCorrelation(others, assignment -> sum(measured, assignment), a -> sum(right, a));
        assertThat(rankCorrelation(others, predictor::meanLog, a -> sum(right, a)))
                .isGreaterThan((1 + table) / 2);
        double squares = others.stream()
                .mapToDouble(assignment -> {
                    Prediction prediction = predictor.predict(assignment);
                    double error = Math.log(sum(right, assignment)) - prediction.meanLog();
                    return Math.pow(error / prediction.deviation(), 2);
                })
                .average()
                .orElseThrow();
        assertThat(Math.sqrt(squares)).isBetween(0.3, 2.5);
    }

    /** One text is hard, the other easy; each half of the assignments was measured on one of them. */
    @Test
    void aHardTextDoesNotMakeItsAssignmentsLookBad() {
        SplittableRandom random = new SplittableRandom(10);
        SearchSpace space = Spaces.alike(10, 3);
        double[][] errors = fallingErrors(10, random);
        LossPredictor predictor = new LossPredictor(space, errors);
        List<Assignment> seen = randomAssignments(space, 100, 11);
        for (int i = 0; i < seen.size(); i++) {
            double text = Math.exp(i % 2 == 0 ? 0.2 : -0.2);
            predictor.learn(seen.get(i), sum(errors, seen.get(i)) * text, 512, i % 2);
        }
        assertThat(rankCorrelation(seen, predictor::meanLog, a -> sum(errors, a)))
                .isGreaterThan(0.999);
    }

    /** What one short text says may be true of that text alone. */
    @Test
    void severalTextsSayMoreThanOne() {
        SearchSpace space = Spaces.alike(3, 2);
        double[][] errors = {{4, 1}, {4, 1}, {4, 1}};
        LossPredictor one = new LossPredictor(space, errors);
        LossPredictor several = new LossPredictor(space, errors);
        Assignment worse = Assignment.of(0, 1, 1);
        for (int i = 0; i < 8; i++) {
            for (LossPredictor predictor : List.of(one, several)) {
                long sample = predictor == one ? 0 : i;
                predictor.learn(Assignment.of(1, 1, 1), 3, 512, sample);
                predictor.learn(worse, 6 * 1.3, 512, sample);
            }
        }
        assertThat(several.predict(worse).deviation())
                .isLessThan(0.7 * one.predict(worse).deviation());
        double learntOfOne = one.meanLog(worse) - one.meanLog(Assignment.of(1, 1, 1)) - Math.log(2);
        double learntOfSeveral = several.meanLog(worse) - several.meanLog(Assignment.of(1, 1, 1)) - Math.log(2);
        assertThat(learntOfOne).isGreaterThan(0).isLessThan(0.85 * learntOfSeveral);
        assertThat(learntOfSeveral).isLessThan(Math.log(1.3));
    }

    @Test
    void theUnitOfTheTableIsLearnt() {
        SplittableRandom random = new SplittableRandom(12);
        SearchSpace space = Spaces.alike(8, 3);
        double[][] errors = fallingErrors(8, random);
        double[][] scaled = IntStream.range(0, 8)
                .mapToObj(layer ->
                        DoubleStream.of(errors[layer]).map(e -> e * 3e4).toArray())
                .toArray(double[][]::new);
        LossPredictor predictor = new LossPredictor(space, scaled);
        randomAssignments(space, 10, 13).forEach(a -> predictor.learn(a, sum(errors, a), TOKENS, 0));
        for (Assignment assignment : randomAssignments(space, 20, 14)) {
            assertThat(predictor.meanLog(assignment)).isCloseTo(Math.log(sum(errors, assignment)), within(0.05));
        }
    }

    /** A search that resumes teaches everything at once, without predictions in between. */
    @Test
    void observationsAloneDecide() {
        SplittableRandom random = new SplittableRandom(15);
        SearchSpace space = Spaces.alike(7, 3);
        double[][] errors = fallingErrors(7, random);
        LossPredictor asked = new LossPredictor(space, errors);
        LossPredictor silent = new LossPredictor(space, errors);
        List<Assignment> seen = randomAssignments(space, LossPredictor.REMEMBERED + 50, 16);
        for (int i = 0; i < seen.size(); i++) {
            double loss = sum(errors, seen.get(i)) * Math.exp(random.nextDouble(-0.1, 0.1));
            asked.learn(seen.get(i), loss, TOKENS, i / 50);
            silent.learn(seen.get(i), loss, TOKENS, i / 50);
            if (i % 90 == 0) {
                asked.predict(seen.get(i));
            }
        }
        assertThat(asked.hyperparameters()).isEqualTo(silent.hyperparameters());
        for (Assignment assignment : randomAssignments(space, 50, 17)) {
            assertThat(asked.predict(assignment)).isEqualTo(silent.predict(assignment));
        }
    }

    @Test
    void oneAssignmentMeasuredOftenIsTheMeanOfItsMeasurements() {
        SearchSpace space = Spaces.alike(1, 2);
        LossPredictor predictor = new LossPredictor(space, new double[][] {{1, 0}});
        for (int i = 0; i < 60; i++) {
            predictor.learn(Assignment.of(0), Math.exp(i % 2 == 0 ? 0.3 : 0.5), 2048, i);
        }
        Prediction prediction = predictor.predict(Assignment.of(0));
        assertThat(prediction.meanLog()).isCloseTo(0.4, within(0.02));
        assertThat(prediction.deviation()).isLessThan(0.1);
        assertThat(predictor.predict(Assignment.of(1)).deviation()).isFinite().isGreaterThan(prediction.deviation());
    }

    @Test
    void aTableOfZerosStillLearns() {
        SearchSpace space = Spaces.alike(8, 2);
        LossPredictor predictor = new LossPredictor(space, new double[8][2]);
        ToDoubleFunction<Assignment> truth = assignment -> IntStream.range(0, 8)
                .mapToDouble(layer -> assignment.level(layer) == 0 ? 1 + layer : 0.1)
                .sum();
        List<Assignment> seen = new ArrayList<>(randomAssignments(space, 100, 18));
        seen.forEach(assignment -> predictor.learn(assignment, truth.applyAsDouble(assignment), TOKENS, 0));
        assertThat(rankCorrelation(randomAssignments(space, 100, 19), predictor::meanLog, truth))
                .isGreaterThan(0.95);
    }

    @Test
    void lossesWithoutALogarithmTeachNothing() {
        SearchSpace space = Spaces.alike(2, 2);
        LossPredictor predictor = new LossPredictor(space, new double[][] {{1, 0.5}, {1, 0.5}});
        assertThat(predictor.learn(Assignment.of(0, 0), 2, TOKENS, 0)).isTrue();
        Prediction before = predictor.predict(Assignment.of(1, 0));
        for (double loss : new double[] {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, 0, -1e-17}) {
            assertThat(predictor.learn(Assignment.of(1, 0), loss, TOKENS, 0)).isFalse();
        }
        assertThat(predictor.predict(Assignment.of(1, 0))).isEqualTo(before);
    }

    /** Of two parts of one text the champion of a search is told again and again: that must not pass for many measurements. */
    @Test
    void aMeasurementToldAgainTeachesNothing() {
        SplittableRandom random = new SplittableRandom(20);
        SearchSpace space = Spaces.alike(7, 3);
        double[][] errors = fallingErrors(7, random);
        LossPredictor once = new LossPredictor(space, errors);
        LossPredictor often = new LossPredictor(space, errors);
        List<Assignment> seen = randomAssignments(space, 60, 21);
        Assignment champion = seen.get(0);
        for (int i = 1; i < seen.size(); i++) {
            double loss = sum(errors, seen.get(i)) * Math.exp(random.nextDouble(-0.1, 0.1));
            once.learn(seen.get(i), loss, TOKENS, i / 10);
            often.learn(seen.get(i), loss, TOKENS, i / 10);
            boolean first = i == 1;
            assertThat(often.learn(champion, 1.5, 4 * TOKENS, 99)).isEqualTo(first);
            if (first) {
                once.learn(champion, 1.5, 4 * TOKENS, 99);
            }
        }
        assertThat(often.hyperparameters()).isEqualTo(once.hyperparameters());
        assertThat(often.predict(champion)).isEqualTo(once.predict(champion));
    }

    @Test
    void whatDoesNotFitIsRefused() {
        SearchSpace space = Spaces.alike(2, 2);
        assertThatThrownBy(() -> new LossPredictor(space, new double[][] {{1, 0}}))
                .hasMessageContaining("1 layers, the search space 2.\nMaybe ");
        assertThatThrownBy(() -> new LossPredictor(space, new double[][] {{1, 0}, {1}}))
                .hasMessageContaining("'layer1' has 1 errors for 2 levels.\nMaybe ");
        assertThatThrownBy(() -> new LossPredictor(space, new double[][] {{1, 0}, {1, Double.NaN}}))
                .hasMessageContaining("'layer1' at level '2' has the error NaN.\nMaybe ");
        LossPredictor predictor = new LossPredictor(space, new double[][] {{1, 0}, {1, 0}});
        assertThatThrownBy(() -> predictor.learn(Assignment.of(0, 0), 1, 0, 0))
                .hasMessageContaining("0 tokens.\nMaybe ");
        assertThatThrownBy(() -> predictor.predict(Assignment.of(0)))
                .hasMessageContaining("1 layers, the search space 2.\nMaybe ");
        assertThatThrownBy(() -> predictor.predict(Assignment.of(0, 2)))
                .hasMessageContaining("'layer1' has no level index 2.\nMaybe ");
    }
}
