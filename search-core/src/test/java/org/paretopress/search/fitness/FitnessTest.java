package org.paretopress.search.fitness;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class FitnessTest {

    @Test
    void laterStageThenLossThenSizeAndNotANumberLast() {
        List<Fitness> bestFirst = List.of(
                new Fitness(2, 0.5, 9),
                new Fitness(2, Double.POSITIVE_INFINITY, 1),
                new Fitness(2, Double.NaN, 1),
                new Fitness(1, -1, 1),
                new Fitness(1, 0.1, 3),
                new Fitness(1, 0.1, 4),
                new Fitness(0, Double.NaN, 0),
                new Fitness(0, Double.NaN, 1));
        List<Fitness> shuffled = new ArrayList<>(bestFirst);
        Collections.shuffle(shuffled, new Random(3));
        assertThat(shuffled).isNotEqualTo(bestFirst);
        Collections.sort(shuffled);
        assertThat(shuffled).isEqualTo(bestFirst);
    }
}
