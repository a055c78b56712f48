package org.paretopress.jobs.cluster;

import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.paretopress.jobs.InputException;
import org.paretopress.kernels.cuda.CudaException;
import org.paretopress.kernels.forward.Loss;
import org.paretopress.kernels.levels.CorruptLevelException;
import org.paretopress.kernels.model.MalformedModelException;

/**
 * Finds the candidates that cannot be scored, so that one of them does not take the others with it. What fails together is
 * scored in halves, down to single candidates; what fails alone is tried once more, because memory may have been short for a
 * moment, and is then given up with its reason. Losses do not depend on who is scored beside whom, so the others lose nothing.
 *
 * <p>Damaged files and storage that does not answer are no candidate's fault: such failures are passed on.
 */
final class Isolation {

    static final String NOT_FINITE = "its loss is not a finite number";

    private static final int ATTEMPTS_ALONE = 2;

    private Isolation() {}

    /** Scores candidates together. */
    @FunctionalInterface
    interface Scoring {

        /** @return losses by sequence and candidate */
        Loss[][] score(int[] candidates);
    }

    /**
     * What came of each candidate, in their order.
     *
     * @param losses by candidate and sequence; null for one that was given up
     * @param reasons why a candidate was given up; null for the others
     */
    record Outcome(Loss[][] losses, String[] reasons) {

        /** Places of the candidates that were given up. */
        int[] givenUp() {
            return IntStream.range(0, reasons.length)
                    .filter(c -> reasons[c] != null)
                    .toArray();
        }

        /** What came of all on some of the sequences. */
        Outcome on(int from, int to) {
            Loss[][] some = Arrays.stream(losses)
                    .map(own -> own == null ? null : Arrays.copyOfRange(own, from, to))
                    .toArray(Loss[][]::new);
            return new Outcome(some, reasons.clone());
        }

        /** Puts what came of other attempts in places. */
        void replace(int[] places, Outcome others) {
            for (int i = 0; i < places.length; i++) {
                losses[places[i]] = others.losses[i];
                reasons[places[i]] = others.reasons[i];
            }
        }
    }

    static Outcome score(int[] candidates, Scoring scoring) {
        Outcome outcome = new Outcome(new Loss[candidates.length][], new String[candidates.length]);
        score(candidates, 0, candidates.length, scoring, outcome);
        return outcome;
    }

    private static void score(int[] candidates, int from, int to, Scoring scoring, Outcome outcome) {
        boolean alone = to - from == 1;
        String reason = null;
        for (int attempt = 0; attempt < (alone ? ATTEMPTS_ALONE : 1); attempt++) {
            try {
                Loss[][] losses = scoring.score(Arrays.copyOfRange(candidates, from, to));
                for (int c = from; c < to; c++) {
                    enter(losses, c - from, c, outcome);
                }
                return;
            } catch (InputException | MalformedModelException | CorruptLevelException | UncheckedIOException e) {
                throw e;
            } catch (CudaException e) {
                if (!e.isOutOfMemory()) {
                    throw e;
                }
                reason = e.toString();
            } catch (RuntimeException | OutOfMemoryError e) {
                reason = e.toString();
            }
        }
        if (alone) {
            outcome.reasons[from] = reason;
        } else {
            int half = (from + to) / 2;
            score(candidates, from, half, scoring, outcome);
            score(candidates, half, to, scoring, outcome);
        }
    }

    /** One candidate's column; a loss that is no number would win or lose by accident. */
    private static void enter(Loss[][] losses, int column, int candidate, Outcome outcome) {
        Loss[] own = Arrays.stream(losses).map(row -> row[column]).toArray(Loss[]::new);
        boolean usable = Arrays.stream(own).allMatch(loss -> Double.isFinite(loss.kl()) && Double.isFinite(loss.nll()));
        outcome.losses[candidate] = usable ? own : null;
        outcome.reasons[candidate] = usable ? null : NOT_FINITE;
    }
}
