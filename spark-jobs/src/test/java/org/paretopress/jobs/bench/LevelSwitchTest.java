package org.paretopress.jobs.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.paretopress.kernels.model.ModelConfig;
import org.paretopress.kernels.ops.Device;
import org.paretopress.kernels.ops.KernelProvider;
import org.paretopress.kernels.ops.Kernels;
import org.paretopress.kernels.ops.Precision;
import org.paretopress.kernels.ops.TensorOps;

class LevelSwitchTest {

    /** The weights that products were asked for. */
    private final List<Object> asked = new ArrayList<>();

    /** ND4J's CPU engine, written down. */
    private final class Recording implements KernelProvider {

        @Override
        public String name() {
            return "recording";
        }

        @Override
        public Optional<String> obstacle(Device device) {
            return Optional.empty();
        }

        @Override
        public TensorOps open(Device device) {
            TensorOps ops = Kernels.on(Device.CPU, List.of()).open();
            return (TensorOps) Proxy.newProxyInstance(
                    getClass().getClassLoader(), new Class<?>[] {TensorOps.class}, (proxy, method, arguments) -> {
                        if (method.getName().equals("linear")) {
                            asked.add(arguments[1]);
                        }
                        try {
                            return method.invoke(ops, arguments);
                        } catch (InvocationTargetException e) {
                            throw e.getCause();
                        }
                    });
        }
    }

    @Test
    void theSameProductsAreTimedInBothOrders() {
        Kernels kernels = Kernels.on(new Device("0", Precision.FLOAT32), List.of(new Recording()));
        LevelSwitch.Measurement result =
                new LevelSwitch(kernels, new ModelConfig.LayerShape("layer", 4, 64), 2).measure();
        assertThat(result.firstUseSeconds()).isPositive();
        assertThat(result.levelBytes()).isEqualTo(4 * (64 + 1) / 2 + 4 * Short.BYTES); // codes and zero points, scales
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
