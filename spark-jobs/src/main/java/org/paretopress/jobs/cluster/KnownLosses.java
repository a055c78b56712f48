package org.paretopress.jobs.cluster;

import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.paretopress.kernels.forward.Loss;

/**
 * Losses that were computed before. The loss of a candidate on a group of sequences is a function of the two, so it need
 * not be computed again: a parent meets the same text in many generations, a survivor in later stages, and a resumed run
 * asks for all that the interrupted one had.
 *
 * <p>What a run has asked for is remembered apart from what is known, so that the tokens it reports do not depend on
 * what an earlier run left behind.
 */
public final class KnownLosses {

    private static final Keeper NOBODY = (computed, blockForwards) -> {};

    private final Map<String, Candidate> candidates = new HashMap<>();
    private final Keeper keeper;

    /** Told of what was computed, to keep it for later processes. */
    @FunctionalInterface
    public interface Keeper {

        /** @param blockForwards runs of a transformer block over a sequence that it took */
        void keep(List<Entry> computed, long blockForwards);
    }

    /**
     * Losses on one group.
     *
     * @param levels level names in layer order, separated by spaces
     * @param losses by sequence of the group; none if it could not be scored
     * @param failure why it could not be scored; null otherwise
     */
    public record Entry(String levels, int group, List<Loss> losses, String failure) {

        static Entry scored(String levels, int group, List<Loss> losses) {
            return new Entry(levels, group, losses, null);
        }

        static Entry failed(String levels, int group, String reason) {
            return new Entry(levels, group, List.of(), reason);
        }
    }

    private static final class Candidate {
        private final Map<Integer, Entry> groups = new HashMap<>();
        private final BitSet asked = new BitSet();
    }

    /** Knows nothing, and keeps nothing beyond this process. */
    public KnownLosses() {
        this(NOBODY);
    }

    public KnownLosses(Keeper keeper) {
        this.keeper = keeper;
    }

    /** Whether later processes go on from here. */
    boolean areKept() {
        return keeper != NOBODY;
    }

    /** Takes over what was kept. */
    public void add(Entry entry) {
        candidate(entry.levels()).groups.put(entry.group(), entry);
    }

    /** Level names as keys spell them. */
    static String key(String[] levels) {
        return String.join(" ", levels);
    }

    /** What is known of a candidate on a group; null if nothing. */
    Entry of(String levels, int group) {
        return candidate(levels).groups.get(group);
    }

    /** Whether the run asks for this the first time. */
    boolean ask(String levels, int group) {
        BitSet asked = candidate(levels).asked;
        boolean first = !asked.get(group);
        asked.set(group);
        return first;
    }

    /** Takes over what was computed now. */
    void computed(List<Entry> entries, long blockForwards) {
        entries.forEach(this::add);
        keeper.keep(entries, blockForwards);
    }

    private Candidate candidate(String levels) {
        return candidates.computeIfAbsent(levels, unused -> new Candidate());
    }
}
