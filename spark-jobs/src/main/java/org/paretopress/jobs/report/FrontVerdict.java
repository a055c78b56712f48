package org.paretopress.jobs.report;

import java.util.Locale;
import org.paretopress.jobs.run.Baselines.WholeFront;

/** Whether a search for a front was worth it, as a sentence. */
public final class FrontVerdict {

    private FrontVerdict() {}

    /** Compares with the layerwise allocations at the same sizes, on held-out text. */
    public static String of(WholeFront front) {
        double share = front.hypervolume() / front.allocationHypervolume() - 1;
        String compared = front.hypervolume() == front.allocationHypervolume()
                ? "the same hypervolume as"
                : String.format(
                        Locale.ROOT, "%.2g %% %s hypervolume than", 100 * Math.abs(share), share > 0 ? "more" : "less");
        String judgement = front.better() == 0 && front.worse() == 0
                ? "No point differs from its allocation with 99.7 % confidence: the allocations are enough."
                : front.better() + " of its points are better than their allocations with 99.7 % confidence, "
                        + front.worse() + " worse.";
        return String.format(
                Locale.ROOT,
                "On held-out text the front of %d points has %s the layerwise allocations within the same bytes. %s",
                front.points().size(),
                compared,
                judgement);
    }
}
