package org.paretopress.search.evolve;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.paretopress.search.space.Assignment;
import org.paretopress.search.space.Budget;
import org.paretopress.search.space.Level;
import org.paretopress.search.space.SearchSpace;

/**
 * Which level switches are legal, and the draw of one. A switch lowers one layer of a mutation group by one level and
 * raises another by one; it is legal if the size stays within the budget. Where the steps of the levels are even the
 * size does not change. Of alike sub-blocks, a kept and a dropped one trade places, with the levels of their layers.
 * After a legal switch there is always another: the way back.
 */
final class LevelSwitches {

    private final SearchSpace space;
    private final Budget budget;
    private final List<int[]> groups;
    private final List<int[][]> subBlockGroups;

    LevelSwitches(SearchSpace space, Budget budget) {
        this(space, budget, space.mutationGroups(), alikeSubBlocks(space));
    }

    private LevelSwitches(SearchSpace space, Budget budget, List<int[]> groups, List<int[][]> subBlockGroups) {
        this.space = space;
        this.budget = budget;
        this.groups = groups;
        this.subBlockGroups = subBlockGroups;
    }

    /** The same within another budget. */
    LevelSwitches within(Budget other) {
        return new LevelSwitches(space, other, groups, subBlockGroups);
    }

    /** Whether any switch is legal. */
    boolean anyFrom(Assignment assignment) {
        long slack = slackInBytes(assignment);
        return groups.stream().anyMatch(group -> lowerable(group, assignment, slack).length > 0)
                || subBlockGroups.stream().anyMatch(group -> canTrade(group, assignment));
    }

    /**
     * The assignment after one legal switch: a group of layers or of sub-blocks, with probability proportional to its
     * members among the groups that have a legal switch, then a member to lower, then one to raise, each with equal
     * chance.
     *
     * @throws IllegalArgumentException if no switch is legal
     */
    Assignment drawFrom(Assignment assignment, SplittableRandom random) {
        long slack = slackInBytes(assignment);
        int[][] lowerable = groups.stream()
                .map(group -> lowerable(group, assignment, slack))
                .toArray(int[][]::new);
        int[] weights = IntStream.concat(
                        IntStream.range(0, groups.size())
                                .map(group -> lowerable[group].length > 0 ? groups.get(group).length : 0),
                        subBlockGroups.stream().mapToInt(group -> canTrade(group, assignment) ? group.length : 0))
                .toArray();
        int chosen = drawGroup(weights, assignment, random);
        if (chosen >= groups.size()) {
            return trade(subBlockGroups.get(chosen - groups.size()), assignment, random);
        }
        int lowered = pick(lowerable[chosen], random);
        int raised = pick(raisable(groups.get(chosen), assignment, lowered, slack), random);
        return assignment.with(lowered, assignment.level(lowered) - 1).with(raised, assignment.level(raised) + 1);
    }

    /** The error of a place that no switch leads away from. */
    IllegalArgumentException noneFrom(Assignment assignment) {
        return new IllegalArgumentException("No level switch is legal from an assignment of "
                + space.sizeInBytes(assignment) + " bytes within " + budget.sizeInBytes()
                + " bytes: no layer can be lowered while a like layer is raised."
                + "\nMaybe the budget is that of the smallest or largest levels, or each layer has its own shape;"
                + " use an allocation instead of a search.");
    }

    private int drawGroup(int[] weights, Assignment assignment, SplittableRandom random) {
        int members = Arrays.stream(weights).sum();
        if (members == 0) {
            throw noneFrom(assignment);
        }
        int drawn = random.nextInt(members);
        int group = 0;
        while (drawn >= weights[group]) {
            drawn -= weights[group];
            group++;
        }
        return group;
    }

    /** Layers of the group that some other layer of it can be raised for. */
    private int[] lowerable(int[] group, Assignment assignment, long slack) {
        return Arrays.stream(group)
                .filter(layer -> assignment.level(layer) > space.lowestKept(layer))
                .filter(layer -> Arrays.stream(group).anyMatch(other -> legal(assignment, layer, other, slack)))
                .toArray();
    }

    private int[] raisable(int[] group, Assignment assignment, int lowered, long slack) {
        return Arrays.stream(group)
                .filter(layer -> legal(assignment, lowered, layer, slack))
                .toArray();
    }

    /** Given that {@code lowered} can be lowered. */
    private boolean legal(Assignment assignment, int lowered, int raised, long slack) {
        int levels = space.layers().get(raised).levels().size();
        if (raised == lowered || space.isDropped(assignment, raised) || assignment.level(raised) + 1 >= levels) {
            return false;
        }
        long freed = stepInBytes(lowered, assignment.level(lowered) - 1);
        return stepInBytes(raised, assignment.level(raised)) <= slack + freed;
    }

    private boolean canTrade(int[][] group, Assignment assignment) {
        long dropped = Arrays.stream(group)
                .filter(subBlock -> space.isDropped(assignment, subBlock[0]))
                .count();
        return dropped > 0 && dropped < group.length;
    }

    private Assignment trade(int[][] group, Assignment assignment, SplittableRandom random) {
        int[] kept = pick(group, false, assignment, random);
        int[] dropped = pick(group, true, assignment, random);
        int[] levels = assignment.toArray();
        for (int member = 0; member < kept.length; member++) {
            levels[dropped[member]] = levels[kept[member]];
            levels[kept[member]] = 0;
        }
        return Assignment.of(levels);
    }

    private int[] pick(int[][] group, boolean isDropped, Assignment assignment, SplittableRandom random) {
        int[][] those = Arrays.stream(group)
                .filter(subBlock -> space.isDropped(assignment, subBlock[0]) == isDropped)
                .toArray(int[][]::new);
        return those[random.nextInt(those.length)];
    }

    private long stepInBytes(int layer, int level) {
        return space.sizeInBytes(layer, level + 1) - space.sizeInBytes(layer, level);
    }

    private long slackInBytes(Assignment assignment) {
        return budget.sizeInBytes() - space.sizeInBytes(assignment);
    }

    private static int pick(int[] values, SplittableRandom random) {
        return values[random.nextInt(values.length)];
    }

    /** Sub-blocks whose layers have the same sizes at the same levels, so that a trade keeps the size. */
    private static List<int[][]> alikeSubBlocks(SearchSpace space) {
        Map<List<List<Long>>, List<int[]>> groups = new LinkedHashMap<>();
        for (int[] subBlock : space.subBlocks()) {
            List<List<Long>> sizes = Arrays.stream(subBlock)
                    .mapToObj(layer -> space.layers().get(layer).levels().stream()
                            .map(Level::sizeInBytes)
                            .toList())
                    .toList();
            groups.computeIfAbsent(sizes, unused -> new ArrayList<>()).add(subBlock);
        }
        return groups.values().stream()
                .map(group -> group.toArray(int[][]::new))
                .toList();
    }
}
