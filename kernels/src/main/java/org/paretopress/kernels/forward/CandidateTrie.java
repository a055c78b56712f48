package org.paretopress.kernels.forward;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.paretopress.kernels.model.ModelConfig;

/**
 * Candidates as a trie over the sub-blocks of a model: those with equal levels from the first layer up to a sub-block share
 * everything computed up to there, so each distinct prefix is run once.
 *
 * <p>A node is a run of sub-blocks that all its candidates have in common; behind it either they part, or they are equal to the
 * end. The branch with the most candidates is walked last and goes on in the memory of its parent, every other one in a
 * copy. A copy therefore serves at most half of the candidates, so at most log2(candidates) copies are alive at once.
 */
public final class CandidateTrie {

    private final int begin;
    private final int end;
    private final int[] candidates;
    private final List<CandidateTrie> branches;

    /** What is done along the way. States are numbered from 0; state 0 holds the embeddings at the start. */
    public interface Walk {

        /** Runs a sub-block with the weights of a candidate, on a state. */
        void run(int subBlock, int candidate, int state);

        /** Copies a state. */
        void copy(int from, int to);

        /** A state has been through all sub-blocks for some candidates, all equal. */
        void arrive(int[] candidates, int state);
    }

    private CandidateTrie(int begin, int end, int[] candidates, List<CandidateTrie> branches) {
        this.begin = begin;
        this.end = end;
        this.candidates = candidates;
        this.branches = branches;
    }

    /** The trie of candidates, given by a level name for each layer in model order. */
    public static CandidateTrie of(List<String[]> levels, ModelConfig config) {
        return new Builder(levels, config)
                .node(0, IntStream.range(0, levels.size()).toArray());
    }

    private record Builder(List<String[]> levels, ModelConfig config) {

        CandidateTrie node(int begin, int[] candidates) {
            int end = begin;
            List<int[]> parts = List.of(candidates);
            while (end < config.subBlocks() && (parts = parts(end, candidates)).size() == 1) {
                end++;
            }
            int parting = end;
            List<CandidateTrie> branches = parting == config.subBlocks()
                    ? List.of()
                    : parts.stream().map(part -> node(parting, part)).toList();
            return new CandidateTrie(begin, end, candidates, branches);
        }

        /** Candidates by their levels in a sub-block, fewest candidates first. */
        private List<int[]> parts(int subBlock, int[] candidates) {
            Map<List<String>, List<Integer>> byLevels = new LinkedHashMap<>();
            for (int candidate : candidates) {
                List<String> own = Arrays.asList(levels.get(candidate))
                        .subList(config.firstLayer(subBlock), config.firstLayer(subBlock + 1));
                byLevels.computeIfAbsent(own, unused -> new ArrayList<>()).add(candidate);
            }
            return byLevels.values().stream()
                    .sorted(Comparator.comparing(List::size))
                    .map(part -> part.stream().mapToInt(Integer::intValue).toArray())
                    .toList();
        }
    }

    /** Transformer blocks that a walk runs; one whose attention alone was shared counts in full. */
    public int blocks() {
        return end / 2
                - begin / 2
                + branches.stream().mapToInt(CandidateTrie::blocks).sum();
    }

    /** States that a walk needs. */
    public int states() {
        int states = 1;
        for (int i = 0; i < branches.size(); i++) {
            int copied = i < branches.size() - 1 ? 1 : 0;
            states = Math.max(states, copied + branches.get(i).states());
        }
        return states;
    }

    /** Visits every distinct prefix once. */
    public void walk(Walk walk) {
        walk(walk, 0);
    }

    private void walk(Walk walk, int state) {
        for (int subBlock = begin; subBlock < end; subBlock++) {
            walk.run(subBlock, candidates[0], state);
        }
        if (branches.isEmpty()) {
            walk.arrive(candidates, state);
        }
        for (int i = 0; i < branches.size(); i++) {
            boolean last = i == branches.size() - 1;
            if (!last) {
                walk.copy(state, state + 1);
            }
            branches.get(i).walk(walk, last ? state : state + 1);
        }
    }
}
