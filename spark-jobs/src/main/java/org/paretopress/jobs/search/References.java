package org.paretopress.jobs.search;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.paretopress.jobs.InputException;
import org.paretopress.jobs.input.FinishedRun;
import org.paretopress.jobs.storage.Digest;
import org.paretopress.jobs.storage.Storage;
import org.paretopress.search.space.Assignment;
import org.paretopress.search.space.Budget;
import org.paretopress.search.space.SearchSpace;

/** Assignments that others found, by their names, to be scored beside what is searched here. */
record References(SearchSpace space, Map<String, Assignment> byName) {

    private static final String STRATEGY = "reference";

    /**
     * @param files by name: level by layer, as {@code evaluate --assignment} reads it
     * @throws InputException if a file names a layer or a level that is not searched here
     */
    static References read(Storage storage, Map<String, String> files, SearchSpace space) {
        Map<String, Assignment> byName = new LinkedHashMap<>();
        files.forEach((name, file) -> {
            try {
                byName.put(name, space.assignment(FinishedRun.assignment(storage, file)));
            } catch (IllegalArgumentException | InputException e) {
                String[] parts = e.getMessage().split("\nMaybe ", 2);
                throw new InputException("search.references." + name + " = " + file + ": " + parts[0], parts[1]);
            }
        });
        return new References(space, byName);
    }

    boolean isEmpty() {
        return byName.isEmpty();
    }

    /** Of the levels of all. */
    String sha256() {
        byte[] all = byName.toString().getBytes(StandardCharsets.UTF_8);
        return HexFormat.of().formatHex(Digest.sha256(all));
    }

    /** Those that this budget holds and no smaller one. */
    List<Proposal> at(Budget budget, List<Budget> budgets) {
        return byName.entrySet().stream()
                .filter(one -> smallest(one.getValue(), budgets) == budget.sizeInBytes())
                .map(one -> new Proposal(STRATEGY + "-" + one.getKey(), STRATEGY, one.getValue(), 0, 0))
                .toList();
    }

    /** Names of those that no budget holds. */
    List<String> above(List<Budget> budgets) {
        return byName.entrySet().stream()
                .filter(one -> smallest(one.getValue(), budgets) == Long.MAX_VALUE)
                .map(Map.Entry::getKey)
                .toList();
    }

    private long smallest(Assignment assignment, List<Budget> budgets) {
        long size = space.sizeInBytes(assignment);
        return budgets.stream()
                .mapToLong(Budget::sizeInBytes)
                .filter(bytes -> bytes >= size)
                .min()
                .orElse(Long.MAX_VALUE);
    }
}
