package org.paretopress.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.paretopress.kernels.export.EvoPressConfig;
import org.paretopress.kernels.model.ModelConfig;

/** Configurations that EvoPress' authors published for real models: they are read, and say what their authors said. */
class EvoPressConfigTest {

    private static final String CONFIGS = "reference/evopress-configs/";
    private static final int BLOCKS = 32;

    @Test
    void everyPublishedFileIsReadAndWrittenBack() {
        List<Path> files = files("");
        assertThat(files).hasSizeGreaterThan(25);
        assertThat(files).allSatisfy(file -> {
            EvoPressConfig config = read(file);
            assertThat(config.levels()).isNotEmpty();
            assertThat(config.text().strip()).isEqualTo(Files.readString(file).strip());
            assertThat(EvoPressConfig.parse(config.text().lines().toList())).isEqualTo(config);
        });
    }

    /** Means by parameters are computed from the shapes of the models, as their config.json files give them. */
    @ParameterizedTest
    @CsvSource({"2.25bit, 504, 2.25", "2.5bit, 560, 2.5", "3bit, 672, 3", "4bit, 896, 4"})
    void bitsAddUpToThePublishedAverage(String suffix, int sum, double mean) {
        List<Path> files = files("quantization_configs").stream()
                .filter(file -> file.toString().endsWith("_" + suffix + ".txt"))
                .toList();
        assertThat(files).isNotEmpty().allSatisfy(file -> {
            Map<String, Integer> bits = read(file).numbers();
            assertThat(bits).hasSize(224);
            assertThat(bits.values().stream().mapToInt(b -> b).sum()).isEqualTo(sum);
            assertThat(mean(bits, model(file))).isEqualTo(mean);
        });
    }

    @Test
    void stepsOfSparsityAddUpToNothing() {
        assertThat(files("pruning_configs")).isNotEmpty().allSatisfy(file -> assertThat(
                        read(file).numbers().values().stream()
                                .mapToInt(step -> step)
                                .sum())
                .isZero());
    }

    @Test
    void droppingLessCanBeWorse() {
        Path folder = Shared.path(CONFIGS + "drop_configs/Meta-Llama-3-8B/not_monotone_experiment");
        Set<String> best = dropped(read(folder.resolve("best_config.txt")));
        Set<String> worst = dropped(read(folder.resolve("worst_config.txt")));
        assertThat(best).containsAll(worst).hasSizeGreaterThan(worst.size());
        assertThat(worst).isNotEmpty();
    }

    @Test
    void textOfAnotherKindIsRefusedByItsLine() {
        assertThatThrownBy(() -> EvoPressConfig.parse(List.of("attn", "sometimes")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("Line 2", "sometimes", "\nMaybe ");
    }

    /** Sub-blocks that are dropped: {@code 3 attn}, {@code 3 mlp}. */
    private static Set<String> dropped(EvoPressConfig config) {
        Set<String> dropped = new TreeSet<>();
        config.levels().forEach((block, what) -> Stream.of(what.split("\\+"))
                .filter(part -> !part.equals("none"))
                .forEach(part -> dropped.add(block + " " + part)));
        return dropped;
    }

    private static double mean(Map<String, Integer> bits, ModelConfig model) {
        Map<String, Long> parameters = model.layers().stream()
                .collect(Collectors.toMap(ModelConfig.LayerShape::name, ModelConfig.LayerShape::parameters));
        assertThat(bits.keySet()).isEqualTo(parameters.keySet());
        long weighted = bits.entrySet().stream()
                .mapToLong(entry -> entry.getValue() * parameters.get(entry.getKey()))
                .sum();
        long all = parameters.values().stream().mapToLong(p -> p).sum();
        return (double) weighted / all;
    }

    private static ModelConfig model(Path file) {
        boolean llama2 = file.getFileName().toString().startsWith("Llama-2-7b");
        int intermediate = llama2 ? 11_008 : 14_336;
        int keyValueHeads = llama2 ? 32 : 8;
        return new ModelConfig(
                4096,
                intermediate,
                BLOCKS,
                32,
                keyValueHeads,
                128,
                32_000,
                4096,
                1e-5,
                1e4,
                Optional.empty(),
                false,
                1);
    }

    private static List<Path> files(String folder) {
        try (Stream<Path> all = Files.walk(Shared.path(CONFIGS + folder))) {
            return all.filter(file -> file.toString().endsWith(".txt")).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static EvoPressConfig read(Path file) {
        try {
            return EvoPressConfig.parse(Files.readAllLines(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
