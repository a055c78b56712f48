package org.paretopress.jobs.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Runs of one model and one held-out text, in the order given; each of them has a result. */
record RunGroup(List<ComparedRun> runs) {

    /** All runs that have a result, each with the first that it is alike to. */
    static List<RunGroup> of(List<ComparedRun> runs) {
        List<List<ComparedRun>> groups = new ArrayList<>();
        for (ComparedRun run : runs) {
            if (run.hasResult()) {
                groups.stream()
                        .filter(group -> group.get(0).isAlike(run))
                        .findFirst()
                        .orElseGet(() -> another(groups))
                        .add(run);
            }
        }
        return groups.stream().map(RunGroup::new).toList();
    }

    private static List<ComparedRun> another(List<List<ComparedRun>> groups) {
        List<ComparedRun> group = new ArrayList<>();
        groups.add(group);
        return group;
    }

    /** Empty where nothing that was searched has a finite divergence. */
    Optional<FrontComparison> comparison() {
        return runs.stream().allMatch(run -> run.searched().isEmpty())
                ? Optional.empty()
                : Optional.of(FrontComparison.between(runs));
    }
}
