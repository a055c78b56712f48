package org.paretopress.jobs.cluster;

import java.util.ArrayList;
import java.util.List;

/**
 * Cuts candidates × groups of sequences into rectangles, one a task: over groups first, because tasks on different
 * sequences share no work that could be saved, then over candidates where cores would stand idle.
 */
final class Shards {

    /** More tasks than cores where that costs nothing, so that a core that falls behind holds up less. */
    private static final int TASKS_A_CORE = 2;

    private Shards() {}

    /**
     * Rectangles that cover everything once.
     *
     * @param parallelism how many tasks run at once
     * @return {first candidate, end of candidates, first group, end of groups} each
     */
    static List<int[]> cut(int candidates, int groups, int parallelism) {
        int byGroup = Math.max(1, Math.min(groups, TASKS_A_CORE * parallelism));
        int byCandidate = Math.max(1, Math.min(candidates, parallelism / byGroup));
        List<int[]> shards = new ArrayList<>();
        for (int g = 0; g < byGroup; g++) {
            for (int c = 0; c < byCandidate; c++) {
                shards.add(new int[] {
                    part(candidates, byCandidate, c),
                    part(candidates, byCandidate, c + 1),
                    part(groups, byGroup, g),
                    part(groups, byGroup, g + 1)
                });
            }
        }
        return shards;
    }

    private static int part(int count, int parts, int index) {
        return (int) ((long) count * index / parts);
    }
}
