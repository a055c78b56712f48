package org.paretopress.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A configuration that cannot be used is refused before anything is computed, by a message that names the key. */
class BadConfigTest {

    @TempDir
    private Path folder;

    private SmallRun run;

    @BeforeEach
    void writeARun() {
        run = SmallRun.in(folder);
    }

    static Stream<Arguments> settings() {
        return Stream.of(
                refused("search.generation=3", "search.generation", "'generations' was meant"),
                refused("modell=x", "modell", "'model' was meant"),
                refused("levels.quantization.bit=[2]", "levels.quantization.bit", "'bits' was meant"),
                refused("levels.sparsity={average: 0.5}", "levels.sparsity"),
                refused("search.stages=[{survivor: 1, tokens: 512}]", "search.stages.survivors is missing"),
                refused("search.generations=many", "search.generations", "many"),
                refused("search.generations=2.5", "search.generations", "2.5"),
                refused("search.generations=0", "search.generations = 0"),
                refused("search.offspring=-3", "search.offspring = -3"),
                refused("search.seed=x", "search.seed"),
                refused("search.strategy=evopres", "search.strategy", "evopres", "evopress"),
                refused("search.fitness=speed", "search.fitness", "speed", "sparse-kl"),
                refused("search.fitness=sparseKl", "search.fitness", "sparse-kl"),
                refused("search.sparseKl={top: 64}", "search.sparseKl", "search.fitness = kl", "sparse-kl"),
                refused("search={fitness: sparse-kl, sparseKl: {top: 0}}", "search.sparseKl.top = 0"),
                refused("search={fitness: sparse-kl, sparseKl: {top: all}}", "search.sparseKl.top", "all"),
                refused("search={fitness: sparse-kl, sparseKl: {tail: cut}}", "search.sparseKl.tail", "renormalized"),
                refused(
                        "search={fitness: sparse-kl, sparseKl: {tails: 1}}",
                        "search.sparseKl.tails",
                        "'tail' was meant"),
                refused(
                        "search={fitness: sparse-kl, sparseKl: {top: 1, tail: renormalized}}",
                        "search.sparseKl.top = 1",
                        "tail: bucket"),
                refused("search.stages=3", "search.stages"),
                refused("search.stages=[]", "search.stages"),
                refused("search.stages=[{survivors: 1}]", "search.stages", "tokens"),
                refused("search.stages=[{survivors: 0, tokens: 128}]", "survivors"),
                refused("search.stages=[{survivors: 1, tokens: 0}]", "search.stages", "0"),
                refused("search.stages=[{survivors: 1, tokens: 4096}]", "search.stages", "4096", "2048"),
                refused(
                        "search.stages=[{survivors: 2, tokens: 128}, {survivors: 3, tokens: 256}]",
                        "keeps 3 survivors of 2 candidates"),
                refused("search.stages=[{survivors: 7, tokens: 128}]", "keeps 7 survivors of 6 candidates"),
                refused("search.stages=[{survivors: 2, tokens: 128}]", "last stage keeps 2 survivors"),
                refused("search.budget={averageBits: 1.5}", "1.5 average bits", "2.0 to 4.0"),
                refused("search.budget={averageBits: 6}", "6.0 average bits", "2.0 to 4.0"),
                refused("search.budget={bytes: 10kB}", "10000 bytes", "fixed"),
                refused("search.budget={ratio: 0.01}", "ratio 0.01"),
                refused("search.budget={averageBits: three}", "search.budget.averageBits", "three"),
                refused("search.budget={bytes: 12XB}", "search.budget.bytes", "12XB"),
                refused("search.budget={bytes: 1.2.3MB}", "search.budget.bytes", "1.2.3MB"),
                refused("search.budget={size: 3}", "search.budget.size", "averageBits"),
                refused("search.budget=3", "search.budget = 3"),
                refused("search.budget=[]", "search.budget"),
                refused("levels.quantization.bits=[1, 2]", "levels.quantization.bits", "1", "2 to 8"),
                refused("levels.quantization.bits=[8, 9]", "levels.quantization.bits", "9", "2 to 8"),
                refused("levels.quantization.bits=[]", "levels.quantization.bits"),
                refused("levels.quantization.bits=[two]", "levels.quantization.bits", "two"),
                refused("levels.quantization.groupSize=0", "levels.quantization.groupSize = 0"),
                refused("levels.quantization.method=awq", "levels.quantization.method", "awq"),
                refused("calibration.sequenceLength=512", "512", "256 positions"),
                refused("calibration.tokens=100000000", "calibration", "too short", "100000000"),
                refused("holdout.tokens=10", "holdout.tokens = 10", "fewer than one sequence"),
                refused("calibration.text=[/no/such/file.txt]", "calibration.text", "/no/such/file.txt"),
                refused("holdout.text=[/no/such/*.txt]", "holdout.text", "/no/such/*.txt"),
                refused("calibration.text=[]", "calibration.text"),
                refused("model=/no/such/model", "/no/such/model"),
                refused("model=nosuch://host/model", "nosuch://host/model"),
                refused("output=", "output"),
                refused("search", "--set search"),
                refused("search.seed=[1", "--set search.seed"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("settings")
    void isRefused(String setting, String[] named) {
        String message = Refusal.of(folder, run.arguments("search", "local[1]", "--set", setting), named);
        assertThat(message).doesNotContain("org.paretopress", "java.util", "java.lang");
        assertThat(folder.resolve("levels")).doesNotExist();
    }

    static Stream<Arguments> texts() {
        return Stream.of(
                refused("", "search.yaml"),
                refused("just words", "search.yaml"),
                refused("model: [x\noutput: y", "search.yaml", "line"),
                refused("model: x\n  output: y", "search.yaml line 2"),
                refused("model: x\nmodel: y", "search.yaml", "model"),
                refused("model: x", "calibration"));
    }

    @ParameterizedTest
    @MethodSource("texts")
    void isNoConfiguration(String text, String[] named) throws IOException {
        Files.writeString(run.config(), text);
        Refusal.of(folder, run.arguments("search", "local[1]"), named);
    }

    @Test
    void aMissingConfigurationIsRefused() throws IOException {
        Files.delete(run.config());
        Refusal.of(folder, run.arguments("search", "local[1]"), run.config().toString());
        Refusal.of(folder, run.arguments("levels", "local[1]"), run.config().toString());
    }

    @Test
    void anUnreachableBudgetIsFoundByTheLevelsCommandToo() {
        Refusal.of(
                folder,
                run.arguments("levels", "local[1]", "--set", "search.budget={averageBits: 9}"),
                "9.0 average bits",
                "2.0 to 4.0");
    }

    private static Arguments refused(String setting, String... named) {
        return arguments(setting, named);
    }
}
