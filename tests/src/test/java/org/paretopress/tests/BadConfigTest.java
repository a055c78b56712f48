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
                refused(
                        "search.stages=[{survivors: 7, tokens: 128}]",
                        "keeps 7 survivors of 6 offspring",
                        "search.offspring"),
                refused("search.stages=[{survivors: 2, tokens: 128}]", "last stage keeps 2 survivors"),
                refused("search.budget={averageBits: 1.5}", "1.5 average bits", "2.0 to 4.0"),
                refused(
                        "search.budget={averageBits: [3, 2]}",
                        "search.budget, at 2.0 bits",
                        "leaves nothing to search"),
                refused(
                        "search={strategy: pareto, budget: {averageBits: [2.5, 3]}, acceptance: paired}",
                        "search.acceptance",
                        "pareto"),
                refused("search={strategy: greedy, stop: {minutes: 3}}", "search.stop", "greedy"),
                refused("search.budget={averageBits: 6}", "6.0 average bits", "2.0 to 4.0"),
                refused("search.budget={bytes: 10kB}", "10000 bytes", "fixed"),
                refused("search.budget={ratio: 0.01}", "ratio 0.01"),
                refused("search.budget={averageBits: three}", "search.budget.averageBits", "three"),
                refused("search.budget={bytes: 12XB}", "search.budget.bytes", "12XB"),
                refused("search.budget={bytes: 1.2.3MB}", "search.budget.bytes", "1.2.3MB"),
                refused("search.budget={size: 3}", "search.budget.size", "averageBits"),
                refused("search.budget={sparsity: 0.5}", "search.budget.sparsity = 0.5", "other families"),
                refused("search.budget=3", "search.budget = 3"),
                refused("search.budget=[]", "search.budget"),
                refused("levels.quantization.bits=[1, 2]", "levels.quantization.bits", "1", "2 to 8"),
                refused("levels.quantization.bits=[8, 9]", "levels.quantization.bits", "9", "2 to 8"),
                refused("levels.quantization.bits=[]", "levels.quantization.bits"),
                refused("levels.quantization.bits=[two]", "levels.quantization.bits", "two"),
                refused("levels.quantization.groupSize=0", "levels.quantization.groupSize = 0"),
                refused("levels.quantization.method=awq", "levels.quantization.method", "awq"),
                refused("levels={}", "levels", "no family", "quantization"),
                refused("levels=gptq", "levels", "gptq", "lowRank"),
                refused("levels.quantisation={bits: [3]}", "levels.quantisation", "'quantization' was meant"),
                refused("levels.quantization.fit=best", "levels.quantization.fit", "best", "least-squares"),
                refused("levels.quantization.symmetric=3", "levels.quantization.symmetric = 3", "true or false"),
                refused("levels.quantization.damping=-1", "levels.quantization.damping = -1"),
                refused("levels.quantization.damping=lots", "levels.quantization.damping", "lots", "a number"),
                refused("levels.quantization={method: rtn, damping: 0.1}", "levels.quantization.damping", "rtn"),
                refused("levels.quantization={method: gguf, groupSize: 32}", "levels.quantization.groupSize", "gguf"),
                refused("levels.quantization={method: gguf, bits: [7]}", "levels.quantization.bits", "7", "8"),
                refused("levels.sparsity=0.5", "levels.sparsity = 0.5", "average"),
                refused("levels.sparsity={averge: 0.5}", "levels.sparsity.averge", "'average' was meant"),
                refused("levels.sparsity={average: half}", "levels.sparsity.average", "half", "a number"),
                refused("levels.sparsity={average: 0}", "levels.sparsity.average = 0.0"),
                refused("levels.sparsity={average: 50}", "levels.sparsity.average = 50.0", "below 1"),
                refused("levels.sparsity={average: 0.9999999}", "sparse:1", "levels.sparsity"),
                refused("levels.sparsity={steps: -1}", "levels.sparsity.steps = -1"),
                refused("levels.sparsity={steps: 1.5}", "levels.sparsity.steps = 1.5", "whole number"),
                refused("levels.sparsity={steps: 65}", "levels.sparsity.steps = 65", "64"),
                refused("levels.sparsity={steps: 3000000000}", "levels.sparsity.steps", "smaller"),
                refused("levels.sparsity={stepWeights: 0}", "levels.sparsity.stepWeights = 0"),
                refused("levels.sparsity={stepWeights: 1}", "sparse:0.5001", "levels.sparsity.stepWeights"),
                refused("levels.sparsity={stepWeights: 9000000000000000000}", "levels.sparsity.stepWeights = 9"),
                refused("levels.sparsity={twoOfFour: 3}", "levels.sparsity.twoOfFour = 3", "true or false"),
                refused("levels.sparsity={method: obs}", "levels.sparsity.method", "obs", "wanda"),
                refused("levels.sparsity={method: 1}", "levels.sparsity.method = 1", "wanda"),
                refused("levels.joint=4", "levels.joint = 4", "groupSize"),
                refused("levels.joint={bits: 3}", "levels.joint.bits = 3", "[brackets]"),
                refused("levels.joint={bits: []}", "levels.joint.bits"),
                refused("levels.joint={bits: [9]}", "levels.joint.bits", "9", "2 to 8"),
                refused("levels.joint={bits: [~]}", "levels.joint.bits", "empty entry"),
                refused("levels.joint={sparsity: [1.0]}", "levels.joint.sparsity holds 1.0"),
                refused("levels.joint={sparsity: [half]}", "levels.joint.sparsity", "half", "a number"),
                refused("levels.joint={groupSize: 1}", "levels.joint.groupSize = 1"),
                refused("levels.joint={groupSize: 7}", "levels.joint", "quantizationGroupSize=7", "256 x 256"),
                refused("levels.lowRank=[0.5]", "levels.lowRank", "0.5", "keep"),
                refused("levels.lowRank={method: pca}", "levels.lowRank.method", "pca", "fwsvd"),
                refused("levels.lowRank={keep: []}", "levels.lowRank.keep"),
                refused("levels.lowRank={keep: [2]}", "levels.lowRank.keep holds 2.0"),
                refused("levels.lowRank={keep: [0.0001]}", "levels.lowRank", "1.0E-4", "fits no layer"),
                refused("levels.lowRank={rank: 4}", "levels.lowRank.rank", "'keep' was meant"),
                refused("levels={residual: {ranks: [4]}}", "levels", "no family"),
                refused("levels={lowRank: {}, residual: {ranks: [4]}}", "levels.residual.ranks = [4]"),
                refused("levels.residual={ranks: [0]}", "levels.residual.ranks", "0"),
                refused("levels.residual={ranks: [1.5]}", "levels.residual.ranks", "1.5", "whole number"),
                refused("levels.residual={ranks: [9999]}", "levels.residual.ranks = [9999]", "256 or less"),
                refused("levels.residual={rank: 4}", "levels.residual.rank", "'ranks' was meant"),
                refused("levels.depth=true", "levels.depth", "true", "units"),
                refused("levels.depth={units: [layer]}", "levels.depth.units", "layer", "attention"),
                refused("levels.depth={units: [block, mlp]}", "levels.depth.units = [mlp, block]"),
                refused("search.budget={dropBlocks: 1}", "search.budget.dropBlocks = 1", "other families than depth"),
                refused("search={strategy: pareto}", "search.budget has 1 sizes", "pareto takes two"),
                refused("search.stop={tokens: 0}", "search.stop.tokens = 0"),
                refused("search.stop={minute: 3}", "search.stop.minute", "'minutes' was meant"),
                refused("search.tie=[qk]", "search.tie", "qk", "qkv"),
                refused("search.start=greedy", "search.start", "greedy", "allocation"),
                refused("search={assisted: true, acceptance: minibatch}", "search.acceptance = minibatch"),
                refused("search.baselines=[pareto]", "search.baselines = [pareto]", "allocation, greedy"),
                refused("search.allocation={limits: {ms: {atMost: 3, use: {'*': {'2': 1}}}}}", "heeds bytes alone"),
                refused(
                        "search={strategy: allocation, allocation: {limits: {ms: {atMost: 3, use:"
                                + " {'*': {'2': 9000000000000000000, '3': 1, '4': 1}}}}}}",
                        "search.allocation.limits.ms.use adds up to more than",
                        "larger unit"),
                refused(
                        "search={strategy: allocation, allocation: {limits: {ms: {atMost: 3, use: {'*': {'2': 1}}}}}}",
                        "search.allocation.limits.ms.use says nothing of layer",
                        "at level 3"),
                refused(
                        "search={strategy: allocation, allocation: {limits: {ms: {atMost: 3, use: {'*.o': {'2': 1}}}}}}",
                        "names the layers *.o",
                        "*.down_proj"),
                refused("search={strategy: allocation, allocation: {limits: {ms: {use: {}}}}}", "atMost is missing"),
                refused("search.budget={layerwiseError: 0}", "search.budget.layerwiseError = 0"),
                refused("search={assisted: true, fitness: perplexity}", "search.fitness = perplexity", "fitness: kl"),
                refused("search.allowed={'*.up_projj': ['3']}", "*.up_projj", "*.down_proj"),
                refused(
                        "search.allowed={'*.up_proj': ['3', '9']}",
                        "search.allowed.*.up_proj names the level 9",
                        "2, 3"),
                refused("search.allowed={'*.up_proj': }", "search.allowed has an empty entry"),
                refused("search.stages=[null]", "search.stages has an empty entry"),
                refused("search={strategy: allocation, assisted: true}", "strategy = allocation does not evolve"),
                refused("search.tie=[null]", "search.tie has an empty entry"),
                refused("search.baselines=[null]", "search.baselines has an empty entry"),
                refused("search.stages=[{survivors: 1, tokens: 0}]", "search.stages.tokens = 0"),
                refused("search={strategy: allocation, allocation: {limits: {ms: }}}", "limits has an empty entry"),
                refused(
                        "search={strategy: allocation, allocation: {limits: {ms: {atMost: 3, use: {'*': {'7': 1}}}}}}",
                        "names the level 7",
                        "2, 3"),
                refused(
                        "search={strategy: allocation, allocation: {limits: {ms: {atMost: 3, use:"
                                + " {'*': {'2': 1, '3': 1, '4': 1}}}}}}",
                        "limits.ms.atMost = 3 is out of reach"),
                refused("search={strategy: pareto, budget: {averageBits: [3, 3]}}", "takes two that differ"),
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

    /** Below the smallest quantization; and where layers of different shapes have no level in common. */
    @Test
    void uniformLevelsThatThereAreNotAreRefusedWhereTheyAreAskedFor() {
        Refusal.of(
                folder,
                run.arguments(
                        "search",
                        "local[1]",
                        "--set=levels={quantization: {bits: [3, 4]}, lowRank: {keep: [0.1]}}",
                        "--set=search={strategy: uniform, budget: {averageBits: 2.5}, offspring: 6, "
                                + "stages: [{survivors: 1, tokens: 512}]}"),
                "No uniform level fits",
                "smallest uniform");
        Refusal.of(
                folder,
                run.arguments(
                        "search",
                        "local[1]",
                        "--set=levels={lowRank: {keep: [0.1, 0.3]}}",
                        "--set=search={strategy: uniform, budget: {averageBits: 3}, offspring: 6, "
                                + "stages: [{survivors: 1, tokens: 512}]}"),
                "no level name in common");
    }

    private static Arguments refused(String setting, String... named) {
        return arguments(setting, named);
    }
}
