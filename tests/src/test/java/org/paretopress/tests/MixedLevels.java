package org.paretopress.tests;

import java.nio.file.Path;

/** Every family of levels in one configuration, for the model of {@link SmallRun}. */
final class MixedLevels {

    private static final String WITHOUT_DEPTH = "quantization: {method: gptq, bits: [2, 3, 4], groupSize: 64}, "
            + "sparsity: {method: sparsegpt, average: 0.5, steps: 2, twoOfFour: true}, "
            + "joint: {bits: [3], sparsity: [0.25, 0.5], groupSize: 16}, "
            + "lowRank: {method: fwsvd, keep: [0.25, 0.5]}, "
            + "residual: {ranks: [4]}";

    /** What a search takes. */
    static final String SEARCHABLE = "--set=levels={" + WITHOUT_DEPTH + "}";

    static final String ALL = "--set=levels={" + WITHOUT_DEPTH + ", depth: {units: [attention, mlp]}}";

    private static SmallRun built;

    private MixedLevels() {}

    /** A database of all families that several tests read and none changes, built on {@code local[2]} when first asked for. */
    static synchronized SmallRun built() {
        if (built == null) {
            Path folder = Path.of("target", "mixed-levels").toAbsolutePath();
            SmallRun.deleteAll(folder);
            SmallRun run = SmallRun.in(folder);
            Command.run(run.arguments("levels", "local[2]", ALL)).succeeded();
            built = run;
        }
        return built;
    }
}
