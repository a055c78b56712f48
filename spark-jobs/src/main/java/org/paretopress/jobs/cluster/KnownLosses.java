package org.paretopress.jobs.cluster;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.paretopress.kernels.forward.Loss;

/**
 * Losses that were computed before. The loss of a candidate on a group of sequences is a function of the two, so it need not be
 * computed again: a parent meets the same text in many generations, a survivor in later stages.
 *
 * <p>Holds the candidates that were asked for last.
 */
final class KnownLosses {

    private static final int CANDIDATES = 2048;

    private final Map<List<String>, Loss[][]> losses = new LinkedHashMap<>(64, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<List<String>, Loss[][]> eldest) {
            return size() > CANDIDATES;
        }
    };

    /**
     * Losses of a candidate by group and sequence of the group, null for groups that are not known; to be filled.
     *
     * @param levels a level name for each layer
     */
    Loss[][] of(String[] levels, int groups) {
        return losses.computeIfAbsent(Arrays.asList(levels), unused -> new Loss[groups][]);
    }
}
