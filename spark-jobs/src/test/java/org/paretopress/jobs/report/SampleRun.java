package org.paretopress.jobs.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.paretopress.jobs.run.Baselines;
import org.paretopress.jobs.run.Baselines.Additivity;
import org.paretopress.jobs.run.Baselines.AtBudget;
import org.paretopress.jobs.run.Baselines.Comparison;
import org.paretopress.jobs.run.Baselines.Contender;
import org.paretopress.jobs.run.Front;
import org.paretopress.jobs.run.FrontPoint;
import org.paretopress.jobs.run.FrontPoint.Quality;
import org.paretopress.jobs.run.GenerationLine;

/** A believable run: 84 layers of a Llama with 12 transformer blocks, three budgets, 20 generations each. */
final class SampleRun {

    private static final List<String> PROJECTIONS = List.of(
            "self_attn.q_proj",
            "self_attn.k_proj",
            "self_attn.v_proj",
            "self_attn.o_proj",
            "mlp.gate_proj",
            "mlp.up_proj",
            "mlp.down_proj");
    private static final long[] BUDGETS = {3_900_000, 5_100_000, 6_600_000};

    private SampleRun() {}

    static ReportData data() {
        List<FrontPoint> points = IntStream.range(0, 24)
                .mapToObj(i -> point(
                        i % 7 == 3 ? "D-" + i : "P-" + i,
                        i % 7 == 3 ? "allocation" : "evopress",
                        2.2 + 0.16 * i,
                        i % 7 == 3 ? 1.02 : 1))
                .toList();
        return new ReportData(
                "runs/books-12L-3bit",
                new Front(points),
                new Baselines(point("dense", "dense", 16, 0), budgets()),
                generations(),
                provenance(),
                new RunSetup("model: shared/models/books-12L\nsearch: {strategy: evopress}\n", "evopress"),
                "P-9");
    }

    private static List<AtBudget> budgets() {
        double[] allocation = {1.28, 1.07, 0.97};
        List<AtBudget> budgets = new ArrayList<>();
        for (int i = 0; i < BUDGETS.length; i++) {
            double bits = (BUDGETS[i] - 1_060_000) / 1_010_000.0 - 0.002;
            budgets.add(new AtBudget(
                    BUDGETS[i],
                    List.of(
                            new Contender(point("S-" + i, "evopress", bits, 1), 1344, 5_242_880),
                            new Contender(point("L-" + i, "allocation", bits - 0.01, allocation[i]), 336, 2_752_512),
                            new Contender(point("G-" + i, "greedy", bits - 0.005, 1.45), 1260, 5_160_960),
                            new Contender(point("R-" + i, "random", bits - 0.02, 2.1), 1344, 5_242_880),
                            new Contender(point("U-" + i, "uniform", bits - 0.09, 2.4), 0, 0)),
                    List.of(
                            new Comparison(
                                    "S-" + i, "L-" + i, -0.02 + 0.01 * i, -0.03 + 0.01 * i, -0.01 + 0.01 * i, 64),
                            new Comparison("S-" + i, "U-" + i, -0.16, -0.18, -0.14, 64)),
                    new Additivity(0.91 - 0.02 * i, 16, i > 0)));
        }
        return budgets;
    }

    /** KL falls by a factor of about four a bit; {@code factor} says how much worse than the best. */
    static FrontPoint point(String id, String strategy, double bits, double factor) {
        double kl = 0.21 * Math.pow(4.1, 2.2 - bits) * factor * (1 + 0.03 * Math.sin(bits * 17));
        return new FrontPoint(
                id,
                strategy,
                1_060_000 + Math.round(bits * 1_010_000),
                bits,
                new Quality(kl * 0.94, 11.83 * Math.exp(kl * 0.9)),
                new Quality(kl, 12.417 * Math.exp(kl)),
                assignment(bits));
    }

    static Map<String, String> assignment(double bits) {
        Random random = new Random(Math.round(bits * 1000));
        Map<String, String> assignment = new LinkedHashMap<>();
        for (int block = 0; block < 12; block++) {
            for (String projection : PROJECTIONS) {
                double wish = bits + (projection.endsWith("v_proj") ? 1.1 : 0) + (block == 0 || block == 11 ? 0.7 : 0);
                long level = Math.max(2, Math.min(6, Math.round(wish - 0.2 + random.nextGaussian() * 0.5)));
                assignment.put("model.layers." + block + "." + projection, Long.toString(level));
            }
        }
        return assignment;
    }

    private static List<GenerationLine> generations() {
        List<GenerationLine> lines = new ArrayList<>();
        Random random = new Random(7);
        for (long budget : BUDGETS) {
            double bits = (budget - 1_060_000) / 1_010_000.0;
            double best = 0.2 * Math.pow(4.1, 2.2 - bits);
            for (int generation = 1; generation <= 20; generation++) {
                double loss = best * (1 + 0.9 * Math.exp(-generation / 5.0) + 0.02 * random.nextDouble());
                lines.add(new GenerationLine(
                        budget,
                        generation,
                        loss,
                        random.nextInt(3),
                        generation * 393_216L,
                        generation * 84L,
                        generation * 11.37,
                        0.9 - 0.5 * random.nextDouble() / generation,
                        List.of(
                                new GenerationLine.OperatorLine("level switch", 31, random.nextInt(2)),
                                new GenerationLine.OperatorLine("exchange", 33, random.nextInt(2))),
                        List.of(
                                new GenerationLine.StageLine(64, 2048, loss * 1.08),
                                new GenerationLine.StageLine(16, 8192, loss * 1.03),
                                new GenerationLine.StageLine(4, 32768, loss))));
            }
        }
        return lines;
    }

    private static Map<String, Object> provenance() {
        Map<String, Object> provenance = new LinkedHashMap<>();
        provenance.put("paretopress", "0.1.0-SNAPSHOT");
        provenance.put("versions", Map.of("spark", "4.1.1"));
        provenance.put(
                "model",
                new TreeMap<>(Map.of(
                        "path",
                        "shared/models/books-12L",
                        "sha256",
                        "9b0e7e2f43a8ff2f4bd3cf1a8b4f1ce8ad7f2ba23b9a0d1c5d5be6c0a3f0f4e1")));
        provenance.put("seed", 42);
        provenance.put("cluster", Map.of("executors", List.of(Map.of("host", "10.0.0.4"), Map.of("host", "10.0.0.5"))));
        provenance.put("calibrationText", List.of("books-calibration.txt"));
        provenance.put("started", "2026-11-21T03:34:12Z");
        Map<String, Double> seconds = new LinkedHashMap<>();
        seconds.put("levels", 61.2);
        seconds.put("search", 682.4);
        provenance.put("seconds", seconds);
        provenance.put("tokensEvaluated", 23_592_960L);
        provenance.put("evaluations", 5376);
        provenance.put("blockForwardsDone", 61_000);
        provenance.put("blockForwardsSaved", 39_000);
        return provenance;
    }
}
