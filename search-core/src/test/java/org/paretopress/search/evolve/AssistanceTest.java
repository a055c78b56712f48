package org.paretopress.search.evolve;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.paretopress.search.Spaces;
import org.paretopress.search.fitness.Effort;
import org.paretopress.search.predict.LossPredictor;
import org.paretopress.search.predict.RankCorrelation;
import org.paretopress.search.space.Assignment;
import org.paretopress.search.space.SearchSpace;

class AssistanceTest {

    private final SearchSpace space = Spaces.alike(12, 4);
    private final SyntheticLoss loss = new SyntheticLoss(space, 3, 0.2);

    private List<Assistance.Observation> generation(int number, int offspring) {
        SplittableRandom random = new SplittableRandom(number);
        Effort effort = new Effort(number, 0, 400, number);
        List<Assistance.Observation> observations = new ArrayList<>();
        for (int index = 0; index < offspring; index++) {
            Assignment one = Spaces.randomAssignment(space, random);
            observations.add(
                    new Assistance.Observation(one, loss.score(one, effort).loss(), effort));
        }
        return observations;
    }

    /** Spearman correlation of promises with true losses of assignments that were never seen. */
    private double rank(Assistance assistance) {
        List<Assignment> unseen = generation(99, 200).stream()
                .map(Assistance.Observation::assignment)
                .toList();
        return RankCorrelation.spearman(
                assistance.promise(unseen).stream().mapToDouble(one -> one).toArray(),
                unseen.stream().mapToDouble(loss::loss).toArray());
    }

    /** The table is off by a factor of up to five: what the search measures mends it, and each generation is told how well. */
    @Test
    void promisesGetBetterWithEveryGeneration() {
        Assistance assistance = new Assistance(new LossPredictor(space, loss.table(5, 1)));
        double before = rank(assistance);
        double first = assistance.learn(generation(1, 40), one -> 0);
        for (int number = 2; number < 8; number++) {
            assistance.learn(generation(number, 40), one -> 0);
        }
        double last = assistance.learn(generation(8, 40), one -> 0);
        assertThat(before).isBetween(0.3, 0.9);
        assertThat(rank(assistance)).isGreaterThan(0.95);
        assertThat(first).isLessThan(0.9);
        assertThat(last).isGreaterThan(0.95);
    }
}
