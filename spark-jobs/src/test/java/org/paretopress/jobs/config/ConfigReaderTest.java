package org.paretopress.jobs.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.paretopress.jobs.InputException;
import org.paretopress.jobs.config.Budgets.Entry;
import org.paretopress.jobs.config.Budgets.Kind;

/** Run configurations: what is written, what is left out, what is misspelt. */
class ConfigReaderTest {

    private static final String SHORT = """
            model: models/books
            calibration: {text: [a.txt, "b/*.txt"]}
            levels: {quantization: {}}
            output: runs/books
            """;

    private final ConfigReader reader = new ConfigReader();

    @Test
    void whatIsLeftOutHasTheDefaultsOfTheDesign() {
        RunConfig config = read();
        assertThat(config.calibration().text()).containsExactly("a.txt", "b/*.txt");
        assertThat(config.calibration().tokens()).isEqualTo(131_072);
        assertThat(config.calibration().sequenceLength()).isEqualTo(256);
        assertThat(config.holdout().text()).isEmpty();
        assertThat(config.holdout().tokens()).isEqualTo(65_536);
        assertThat(config.levels().quantization().method()).isEqualTo(LevelsConfig.Method.gptq);
        assertThat(config.levels().quantization().bits()).containsExactly(2, 3, 4, 5, 6);
        assertThat(config.levels().quantization().groupSize()).isEqualTo(64);
        assertThat(config.search().strategy()).isEqualTo(RunConfig.Strategy.evopress);
        assertThat(config.search().budget().entries()).containsExactly(new Entry(Kind.averageBits, 3));
        assertThat(config.search().generations()).isEqualTo(50);
        assertThat(config.search().offspring()).isEqualTo(64);
        assertThat(config.search().stages())
                .extracting(RunConfig.StageConfig::survivors)
                .containsExactly(16, 4, 1);
        assertThat(config.search().stages())
                .extracting(RunConfig.StageConfig::tokens)
                .containsExactly(2048L, 8192L, 32_768L);
        assertThat(config.search().fitness()).isEqualTo(RunConfig.FitnessMeasure.kl);
        assertThat(config.search().sparseKl()).isNull();
        assertThat(config.search().seed()).isEqualTo(42);
    }

    @Test
    void overridesWinAndMakeMissingKeys() {
        RunConfig config = read(
                "search.seed=7",
                "search.seed=8",
                "levels.quantization.bits=[4, 2, 4]",
                "holdout.tokens=512",
                "calibration={text: [c.txt]}",
                "output=s3a://bucket/x=y");
        assertThat(config.search().seed()).isEqualTo(8);
        assertThat(config.levels().quantization().bits()).containsExactly(2, 4);
        assertThat(config.holdout().tokens()).isEqualTo(512);
        assertThat(config.calibration().text()).containsExactly("c.txt");
        assertThat(config.output()).isEqualTo("s3a://bucket/x=y");
    }

    @Test
    void sparseKlHasDefaultsOfItsOwn() {
        assertThat(read("search.fitness=sparse-kl").search().sparseKl())
                .isEqualTo(new RunConfig.SparseKl(256, RunConfig.Tail.bucket));
        RunConfig config = read("search.fitness=sparse-kl", "search.sparseKl={top: 10, tail: renormalized}");
        assertThat(config.search().sparseKl()).isEqualTo(new RunConfig.SparseKl(10, RunConfig.Tail.renormalized));
        assertThat(reader.write(config)).contains("fitness: \"sparse-kl\"");
        assertThat(reader.read("written", reader.write(config), List.of())).isEqualTo(config);
        assertThat(reader.write(read("search.fitness=perplexity"))).doesNotContain("sparseKl");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{averageBits: 3} | averageBits 3.0",
                "{averageBits: [2.5, 3]} | averageBits 2.5, averageBits 3.0",
                "{bytes: 12MB} | bytes 1.2E7",
                "{bytes: 1.5 GiB} | bytes 1.610612736E9",
                "{bytes: 100k} | bytes 100000.0",
                "{bytes: 2KiB} | bytes 2048.0",
                "{bytes: 7B} | bytes 7.0",
                "{bytes: '900'} | bytes 900.0",
                "{bytes: 900} | bytes 900.0",
                "{ratio: 0.25} | ratio 0.25",
                "[{ratio: 0.25}, {averageBits: 4}, {bytes: [1mb, 2mb]}] "
                        + "| ratio 0.25, averageBits 4.0, bytes 1000000.0, bytes 2000000.0"
            })
    void budgetsHaveManyForms(String text, String expected) {
        assertThat(read("search.budget=" + text).search().budget().entries())
                .extracting(entry -> entry.kind() + " " + entry.value())
                .containsExactly(expected.split(", "));
    }

    @ParameterizedTest
    @CsvSource({
        "search.sead=1, search.sead, seed",
        "modle=x, modle, model",
        "levels.quantisation={}, levels.quantisation, quantization",
        "calibration.sequencelength=8, calibration.sequencelength, sequenceLength"
    })
    void aMisspeltKeyIsNamedWithTheNearest(String override, String key, String meant) {
        assertThatThrownBy(() -> read(override))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("unknown key '" + key + "'")
                .hasMessageContaining("\nMaybe '" + meant + "' was meant.");
    }

    @Test
    void theLineOfAnUnknownKeyIsTold() {
        assertThatThrownBy(() -> reader.read("run.yaml", SHORT + "outputs: x\n", List.of()))
                .hasMessageStartingWith("run.yaml line 5: unknown key 'outputs'");
    }

    @Test
    void whatIsWrittenReadsBackTheSame() {
        RunConfig config = read(
                "search.budget=[{averageBits: [2.5, 3]}, {bytes: 12MB}, {ratio: 0.3}]",
                "search.seed=-9223372036854775808",
                "model='a: folder # with signs'",
                "holdout.text=[h.txt]");
        assertThat(reader.read("written", reader.write(config), List.of())).isEqualTo(config);
        assertThat(reader.write(reader.read("written", reader.write(config), List.of())))
                .isEqualTo(reader.write(config));
    }

    @Test
    void aMapIsReadFromYamlAndFromJson() {
        Map<String, String> expected = Map.of("model.layers.0.mlp.up_proj", "3", "b", "sparse:2:4");
        assertThat(reader.readMap("lines", "model.layers.0.mlp.up_proj: 3\nb: sparse:2:4\n"))
                .isEqualTo(expected);
        assertThat(reader.readMap("json", "{\"model.layers.0.mlp.up_proj\": \"3\", \"b\": \"sparse:2:4\"}"))
                .isEqualTo(expected);
        assertThatThrownBy(() -> reader.readMap("file", "- a\n")).isInstanceOf(InputException.class);
        assertThatThrownBy(() -> reader.readMap("file", "")).isInstanceOf(InputException.class);
    }

    private RunConfig read(String... overrides) {
        return reader.read("run.yaml", SHORT, List.of(overrides));
    }
}
