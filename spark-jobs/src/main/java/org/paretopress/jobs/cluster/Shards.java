package org.paretopress.jobs.cluster;

import java.util.ArrayList;
import java.util.List;

/**
 * Cuts candidates × sequences into rectangles, one a task: over sequences first, because tasks on different sequences
 * share no work that could be saved, then over candidates.
 */
final class Shards {

    private Shards() {}

    /**
     * Rectangles that cover everything once.
     *
     * @param parallelism how many tasks can run at once
     * @return {first candidate, end of candidates, first sequence, end of sequences} each
     */
    static List<int[]> cut(int candidates, int sequences, int parallelism) {
        int bySequence = Math.max(1, Math.min(sequences, parallelism));
        int byCandidate = Math.max(1, Math.min(candidates, parallelism / bySequence));
        List<int[]> shards = new ArrayList<>();
        for (int s = 0; s < bySequence; s++) {
            for (int c = 0; c < byCandidate; c++) {
                shards.add(new int[] {
                    part(candidates, byCandidate, c),
                    part(candidates, byCandidate, c + 1),
                    part(sequences, bySequence, s),
                    part(sequences, bySequence, s + 1)
                });
            }
        }
        return shards;
    }

    private static int part(int count, int parts, int index) {
        return (int) ((long) count * index / parts);
    }
}
