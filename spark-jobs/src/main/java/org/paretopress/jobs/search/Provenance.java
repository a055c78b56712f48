package org.paretopress.jobs.search;

import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaSparkContext;
import org.paretopress.jobs.cluster.ScoredText;
import org.paretopress.jobs.cluster.WorkCount;
import org.paretopress.jobs.config.RunConfig;
import org.paretopress.jobs.input.SourceModel;
import org.paretopress.jobs.input.SourceText;
import org.paretopress.jobs.run.Work;
import org.paretopress.kernels.levels.LevelManifest;
import org.paretopress.kernels.ops.Nd4jOps;
import org.paretopress.kernels.text.TokenSequences;

/** Where a result comes from: versions, inputs by fingerprint, seed, cluster, times and work. */
final class Provenance {

    private Provenance() {}

    static Map<String, Object> of(
            RunConfig config,
            SourceModel model,
            ScoredText calibration,
            ScoredText holdout,
            References references,
            LevelManifest levels,
            Path levelFolder,
            JavaSparkContext spark,
            WorkCount count,
            Map<String, Double> seconds,
            long lossesTakenOver) {
        Map<String, Object> provenance = new LinkedHashMap<>();
        provenance.put("versions", versions(spark));
        provenance.put("model", model(model));
        provenance.put("calibration", text(calibration.sequences()));
        provenance.put("holdout", text(holdout.sequences()));
        putIfAny(references, provenance);
        provenance.put("levels", Map.of("path", levelFolder.toString(), "methods", levels.methods()));
        provenance.put("seed", config.search().seed());
        provenance.put("cluster", Map.of("master", spark.master(), "parallelism", spark.defaultParallelism()));
        provenance.put("seconds", seconds);
        provenance.put("lossesTakenOver", lossesTakenOver);
        Work work = count.total();
        provenance.put("tokensEvaluated", work.tokensEvaluated());
        provenance.put("evaluations", work.evaluations());
        provenance.put("blockForwardsDone", work.blockForwardsDone());
        provenance.put("blockForwardsSaved", work.blockForwardsSaved());
        provenance.put("caches", count.cacheCounts());
        provenance.put("tasksByKernels", count.tasksByKernels());
        provenance.put("infeasible", count.infeasible());
        return provenance;
    }

    /** What is known before anything has run: the inputs. */
    static Map<String, Object> ofInputs(SourceModel model, SourceText text, References references) {
        Map<String, Object> provenance = new LinkedHashMap<>();
        provenance.put("model", model(model));
        provenance.put("calibration", text(text.calibration()));
        provenance.put("holdout", text(text.holdout()));
        putIfAny(references, provenance);
        return provenance;
    }

    private static void putIfAny(References references, Map<String, Object> provenance) {
        if (!references.isEmpty()) {
            provenance.put("references", Map.of("sha256", references.sha256()));
        }
    }

    /** Whether a run that left this provenance had this model, these texts and these references. */
    static boolean reads(Map<String, Object> provenance, SourceModel model, SourceText text, References references) {
        Map<String, Object> inputs = ofInputs(model, text, references);
        return inputs.keySet().stream()
                .allMatch(input -> sha256(provenance, input).equals(sha256(inputs, input)));
    }

    private static Map<String, Object> model(SourceModel model) {
        return Map.of("path", model.uri(), "sha256", model.sha256(), "name", model.name());
    }

    private static String sha256(Map<String, Object> provenance, String input) {
        return provenance.get(input) instanceof Map<?, ?> described ? String.valueOf(described.get("sha256")) : "";
    }

    private static Map<String, Object> versions(JavaSparkContext spark) {
        Map<String, Object> versions = new LinkedHashMap<>();
        String version = Provenance.class.getPackage().getImplementationVersion();
        versions.put("paretopress", version == null ? "development" : version);
        versions.put("java", System.getProperty("java.version"));
        versions.put("spark", spark.version());
        versions.put("cpuKernels", Nd4jOps.description());
        versions.put("system", System.getProperty("os.name") + " " + System.getProperty("os.arch"));
        return versions;
    }

    private static Map<String, Object> text(TokenSequences text) {
        Map<String, Object> described = new LinkedHashMap<>();
        described.put("sha256", ScoredText.fingerprint(text.toArray()));
        described.put("tokens", text.tokens());
        described.put("sequenceLength", text.sequenceLength());
        return described;
    }
}
