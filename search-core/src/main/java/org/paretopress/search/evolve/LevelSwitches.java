package org.paretopress.search.evolve;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.paretopress.search.space.Assignment;
import org.paretopress.search.space.Budget;
import org.paretopress.search.space.SearchSpace;

/**
 * Which level switches are legal, and the draw of one. A switch lowers one layer of a mutation group by one level and
 * raises another by one; it is legal if the size stays within the budget. Where the steps of the levels are even the
 * size does not change. After a legal switch there is always another: the way back.
 */
final class LevelSwitches {

    private final SearchSpace space;
    private final Budget budget;
    private final List<int[]> groups;

    LevelSwitches(SearchSpace space, Budget budget) {
        this.space = space;
        this.budget = budget;
        this.groups = space.mutationGroups();
    }

    /** Whether any switch is legal. */
    boolean anyFrom(Assignment assignment) {
        long slack = slackInBytes(assignment);
        return groups.stream().anyMatch(group -> lowerable(group, assignment, slack).length > 0);
    }

    /**
     * The assignment after one legal switch: a mutation group with probability proportional to its layers among the
     * groups that have a legal switch, then a layer to lower, then a layer to raise, each with equal chance.
     *
     * @throws IllegalArgumentException if no switch is legal
     */
    Assignment drawFrom(Assignment assignment, SplittableRandom random) {
        long slack = slackInBytes(assignment);
        int[][] lowerable = groups.stream()
                .map(group -> lowerable(group, assignment, slack))
                .toArray(int[][]::new);
        int chosen = drawGroup(lowerable, assignment, random);
        int lowered = pick(lowerable[chosen], random);
        int raised = pick(raisable(groups.get(chosen), assignment, lowered, slack), random);
        return assignment.with(lowered, assignment.level(lowered) - 1).with(raised, assignment.level(raised) + 1);
    }

    /** The error of a place that no switch leads away from. */
    IllegalArgumentException noneFrom(Assignment assignment) {
        return new IllegalArgumentException("No level switch is legal from the assignment " + assignment + " within "
                + budget.sizeInBytes() + " bytes: no layer can be lowered while a like layer is raised."
                + "\nMaybe the budget is that of the smallest or largest levels, or each layer has its own shape;"
                + " use an allocation instead of a search.");
    }

    private int drawGroup(int[][] lowerable, Assignment assignment, SplittableRandom random) {
        int layers = 0;
        for (int group = 0; group < lowerable.length; group++) {
            layers += lowerable[group].length > 0 ? groups.get(group).length : 0;
        }
        if (layers == 0) {
            throw noneFrom(assignment);
        }
        int drawn = random.nextInt(layers);
        int group = 0;
        while (lowerable[group].length == 0 || drawn >= groups.get(group).length) {
            drawn -= lowerable[group].length > 0 ? groups.get(group).length : 0;
            group++;
        }
        return group;
    }

    /** Layers of the group that some other layer of it can be raised for. */
    private int[] lowerable(int[] group, Assignment assignment, long slack) {
        return Arrays.stream(group)
                .filter(layer -> assignment.level(layer) > 0)
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
        if (raised == lowered || assignment.level(raised) + 1 >= levels) {
            return false;
        }
        long freed = stepInBytes(lowered, assignment.level(lowered) - 1);
        return stepInBytes(raised, assignment.level(raised)) <= slack + freed;
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
}
