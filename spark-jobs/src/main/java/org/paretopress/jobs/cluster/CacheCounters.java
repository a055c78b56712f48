package org.paretopress.jobs.cluster;

import java.io.Serializable;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.util.LongAccumulator;
import org.paretopress.kernels.forward.BoundedCache.Counts;

/** How well the caches of executors serve, in accumulators that Spark's web interface shows by stage. */
record CacheCounters(
        LongAccumulator weightHits,
        LongAccumulator weightMisses,
        LongAccumulator predictionHits,
        LongAccumulator predictionMisses)
        implements Serializable {

    static CacheCounters of(JavaSparkContext spark) {
        return new CacheCounters(
                spark.sc().longAccumulator("weights found in cache"),
                spark.sc().longAccumulator("weights made"),
                spark.sc().longAccumulator("dense predictions found in cache"),
                spark.sc().longAccumulator("dense predictions made"));
    }

    void add(Counts weights, Counts predictions) {
        weightHits.add(weights.hits());
        weightMisses.add(weights.misses());
        predictionHits.add(predictions.hits());
        predictionMisses.add(predictions.misses());
    }

    Map<String, Long> values() {
        Map<String, Long> values = new LinkedHashMap<>();
        values.put("weightCacheHits", weightHits.value());
        values.put("weightCacheMisses", weightMisses.value());
        values.put("predictionCacheHits", predictionHits.value());
        values.put("predictionCacheMisses", predictionMisses.value());
        return values;
    }
}
