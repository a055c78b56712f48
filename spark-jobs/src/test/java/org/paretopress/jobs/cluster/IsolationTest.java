package org.paretopress.jobs.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.paretopress.jobs.InputException;
import org.paretopress.kernels.forward.Loss;

/** One candidate that cannot be scored costs the others nothing, whatever it fails by. */
class IsolationTest {

    private static final int SEQUENCES = 2;
    private static final int[] CANDIDATES = IntStream.range(100, 117).toArray();

    private final List<int[]> asked = new ArrayList<>();

    /** Fails where any candidate is poisonous. */
    private Isolation.Scoring poisonedBy(IntPredicate isPoison, Runnable failure) {
        return candidates -> {
            asked.add(candidates);
            if (IntStream.of(candidates).anyMatch(isPoison)) {
                failure.run();
            }
            return losses(candidates);
        };
    }

    private static Loss[][] losses(int... candidates) {
        Loss[][] losses = new Loss[SEQUENCES][candidates.length];
        for (int s = 0; s < SEQUENCES; s++) {
            for (int c = 0; c < candidates.length; c++) {
                losses[s][c] = new Loss(candidates[c], s, 127);
            }
        }
        return losses;
    }

    private static Runnable outOfMemory() {
        return () -> {
            throw new OutOfMemoryError("no room");
        };
    }

    private static void requireScored(Isolation.Outcome outcome, int index) {
        assertThat(outcome.reasons()[index]).isNull();
        assertThat(outcome.losses()[index])
                .containsExactly(new Loss(CANDIDATES[index], 0, 127), new Loss(CANDIDATES[index], 1, 127));
    }

    @Test
    void withoutTroubleAllAreScoredTogether() {
        Isolation.Outcome outcome = Isolation.score(CANDIDATES, poisonedBy(candidate -> false, outOfMemory()));
        IntStream.range(0, CANDIDATES.length).forEach(index -> requireScored(outcome, index));
        assertThat(asked).hasSize(1);
    }

    @Test
    void whoAlwaysFailsIsGivenUpWithItsReasonAfterTwoAttemptsAlone() {
        Isolation.Outcome outcome = Isolation.score(
                CANDIDATES, poisonedBy(candidate -> candidate == 103 || candidate == 116, outOfMemory()));
        for (int index = 0; index < CANDIDATES.length; index++) {
            if (index == 3 || index == 16) {
                assertThat(outcome.reasons()[index])
                        .contains("OutOfMemoryError")
                        .contains("no room");
                assertThat(outcome.losses()[index]).isNull();
            } else {
                requireScored(outcome, index);
            }
        }
        assertThat(asked)
                .filteredOn(candidates -> candidates.length == 1 && candidates[0] == 103)
                .hasSize(2);
    }

    @Test
    void whatOnlyFailsTogetherIsScoredInSmallerParts() {
        List<Integer> sizes = new ArrayList<>();
        Isolation.Outcome outcome = Isolation.score(CANDIDATES, candidates -> {
            if (candidates.length > 5) {
                outOfMemory().run();
            }
            sizes.add(candidates.length);
            return losses(candidates);
        });
        IntStream.range(0, CANDIDATES.length).forEach(index -> requireScored(outcome, index));
        assertThat(sizes).containsExactly(4, 4, 4, 5);
    }

    @Test
    void aFailureThatPassesIsForgotten() {
        Isolation.Outcome outcome = Isolation.score(new int[] {100}, candidates -> {
            asked.add(candidates);
            if (asked.size() == 1) {
                throw new IllegalStateException("once");
            }
            return losses(candidates);
        });
        requireScored(outcome, 0);
    }

    @Test
    void aLossThatIsNoNumberIsAFailureOfItsCandidateAlone() {
        Isolation.Outcome outcome = Isolation.score(CANDIDATES, candidates -> {
            asked.add(candidates);
            Loss[][] losses = losses(candidates);
            losses[1][2] = new Loss(Double.NaN, 1, 127);
            losses[0][4] = new Loss(1, Double.POSITIVE_INFINITY, 127);
            return losses;
        });
        assertThat(outcome.reasons()[2]).contains("not a finite number");
        assertThat(outcome.reasons()[4]).contains("not a finite number");
        requireScored(outcome, 3);
        assertThat(asked).hasSize(1);
    }

    @Test
    void damagedInputAndSilentStorageAreNoCandidatesFault() {
        RuntimeException damaged = new InputException("levels.bin is cut", "copy it again.");
        RuntimeException silent = new UncheckedIOException(new IOException("connection reset"));
        for (RuntimeException failure : List.of(damaged, silent)) {
            assertThatThrownBy(() -> Isolation.score(CANDIDATES, poisonedBy(candidate -> candidate == 103, () -> {
                        throw failure;
                    })))
                    .isSameAs(failure);
        }
    }

    /** Candidate 1 has no loss on the second of two groups; on the first it has, and the others have on both. */
    @Test
    void whatIsGivenUpOnSeveralGroupsIsTriedOnEachAlone() {
        Isolation.Scoring onBoth = some -> losses(some, 2, (c, s) -> c == 1 && s == 1 ? Double.NaN : 10 * s + c);
        Isolation.Outcome both = Isolation.score(new int[] {0, 1, 2}, onBoth);
        assertThat(both.givenUp()).containsExactly(1);
        Isolation.Outcome first = both.on(0, 1);
        assertThat(first.losses()[2]).extracting(Loss::kl).containsExactly(2.0);
        first.replace(both.givenUp(), Isolation.score(new int[] {1}, some -> losses(some, 1, (c, s) -> c)));
        assertThat(first.losses()[1]).extracting(Loss::kl).containsExactly(1.0);
        assertThat(first.givenUp()).isEmpty();
        Isolation.Outcome second = both.on(1, 2);
        assertThat(second.losses()[2]).extracting(Loss::kl).containsExactly(12.0);
        assertThat(second.givenUp()).containsExactly(1);
    }

    private static Loss[][] losses(int[] some, int sequences, IntToDoubleBinary kl) {
        Loss[][] losses = new Loss[sequences][some.length];
        for (int s = 0; s < sequences; s++) {
            for (int i = 0; i < some.length; i++) {
                losses[s][i] = new Loss(kl.of(some[i], s), 1, 1);
            }
        }
        return losses;
    }

    private interface IntToDoubleBinary {
        double of(int candidate, int sequence);
    }
}
