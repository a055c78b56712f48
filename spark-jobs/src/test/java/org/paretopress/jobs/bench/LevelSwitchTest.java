package org.paretopress.jobs.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.paretopress.kernels.model.ModelConfig;

class LevelSwitchTest {

    @Test
    void theSameProductsAreTimedInBothOrders() {
        RecordedKernels recorded = new RecordedKernels();
        LevelSwitch.Measurement result =
                new LevelSwitch(recorded.kernels(), new ModelConfig.LayerShape("layer", 4, 64), 2).measure();
        assertThat(result.firstUseSeconds()).isPositive();
        assertThat(result.levelBytes()).isEqualTo(4 * (64 + 1) / 2 + 4 * Short.BYTES); // codes and zero points, scales
        List<Object> asked =
                recorded.of("linear").stream().map(call -> call.arguments()[1]).toList();
        int run = 100;
        int rounds = 6; // the first one warms up
        assertThat(asked).hasSize(rounds * 2 * run);
        for (int start = 0; start < asked.size(); start += 2 * run) {
            List<Object> after = asked.subList(start, start + run);
            List<Object> inTurn = asked.subList(start + run, start + 2 * run);
            assertThat(counts(after)).isEqualTo(counts(inTurn)).hasSize(2);
            assertThat(switches(after)).isEqualTo(1);
            assertThat(switches(inTurn)).isEqualTo(run - 1);
        }
    }

    private static TreeMap<Integer, Long> counts(List<Object> weights) {
        return weights.stream()
                .collect(Collectors.groupingBy(System::identityHashCode, TreeMap::new, Collectors.counting()));
    }

    private static long switches(List<Object> weights) {
        return IntStream.range(1, weights.size())
                .filter(i -> weights.get(i) != weights.get(i - 1))
                .count();
    }
}
