package org.paretopress.kernels.forward;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.paretopress.kernels.model.ModelConfig;

/** A walk brings every candidate through its own levels, runs every distinct prefix once, and needs few states. */
class CandidateTrieTest {

    private static final int BLOCKS = 4;

    private final ModelConfig config =
            new ModelConfig(8, 12, BLOCKS, 4, 2, 2, 16, 32, 1e-5, 10_000, Optional.empty(), true, 1);
    private final SplittableRandom random = new SplittableRandom(3);

    /** Keeps in every state the levels it has been through. */
    private final class Recorder implements CandidateTrie.Walk {
        private final List<String[]> candidates;
        private final Map<Integer, String> states = new HashMap<>(Map.of(0, ""));
        private final List<String> runs = new ArrayList<>();
        private final List<Integer> arrived = new ArrayList<>();

        Recorder(List<String[]> candidates) {
            this.candidates = candidates;
        }

        @Override
        public void run(int subBlock, int candidate, int state) {
            String levels = String.join(
                    ",",
                    Arrays.asList(candidates.get(candidate))
                            .subList(config.firstLayer(subBlock), config.firstLayer(subBlock + 1)));
            states.merge(state, levels + ";", String::concat);
            runs.add(states.get(state));
        }

        @Override
        public void copy(int from, int to) {
            states.put(to, states.get(from));
        }

        @Override
        public void arrive(int[] equal, int state) {
            for (int candidate : equal) {
                arrived.add(candidate);
                assertThat(states.get(state).replace(";", ",")).isEqualTo(whole(candidates.get(candidate)));
            }
        }
    }

    private static String whole(String[] levels) {
        return String.join(",", levels) + ",";
    }

    /** Offspring of one parent with some layers changed. */
    private List<String[]> offspring(int count, int changes) {
        List<String[]> candidates = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            String[] levels = new String[7 * BLOCKS];
            Arrays.fill(levels, "3");
            for (int change = random.nextInt(changes + 1); change > 0; change--) {
                levels[random.nextInt(levels.length)] = Integer.toString(2 + random.nextInt(4));
            }
            candidates.add(levels);
        }
        return candidates;
    }

    /** Distinct prefixes up to the end of a transformer block, counted without any trie. */
    private static int distinctBlocks(List<String[]> candidates) {
        Set<List<String>> prefixes = new HashSet<>();
        for (String[] levels : candidates) {
            for (int block = 1; block <= BLOCKS; block++) {
                prefixes.add(Arrays.asList(levels).subList(0, 7 * block));
            }
        }
        return prefixes.size();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 17, 64})
    void everyCandidateArrivesAndEveryPrefixRunsOnce(int count) {
        for (int changes = 0; changes <= 6; changes += 2) {
            List<String[]> candidates = offspring(count, changes);
            CandidateTrie trie = CandidateTrie.of(candidates, config);
            Recorder recorder = new Recorder(candidates);
            trie.walk(recorder);
            assertThat(recorder.arrived).hasSize(count).doesNotHaveDuplicates();
            assertThat(recorder.runs).doesNotHaveDuplicates();
            assertThat(trie.blocks()).isEqualTo(distinctBlocks(candidates));
            assertThat(recorder.states.keySet()).hasSizeLessThanOrEqualTo(trie.states());
            assertThat(trie.states()).isLessThanOrEqualTo(1 + (int) (Math.log(count) / Math.log(2) + 1e-9));
        }
    }

    @Test
    void equalCandidatesRunOnce() {
        CandidateTrie trie = CandidateTrie.of(offspring(9, 0), config);
        assertThat(trie.blocks()).isEqualTo(BLOCKS);
        assertThat(trie.states()).isEqualTo(1);
    }

    @Test
    void aChangeInTheLastLayerCostsOneMoreBlock() {
        List<String[]> candidates = offspring(2, 0);
        candidates.get(1)[7 * BLOCKS - 1] = "6";
        assertThat(CandidateTrie.of(candidates, config).blocks()).isEqualTo(BLOCKS + 1);
    }
}
