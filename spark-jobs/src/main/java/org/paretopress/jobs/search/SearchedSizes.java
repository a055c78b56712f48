package org.paretopress.jobs.search;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.paretopress.jobs.InputException;
import org.paretopress.jobs.config.Budgets;
import org.paretopress.jobs.config.RunConfig;
import org.paretopress.kernels.model.ModelFile;
import org.paretopress.search.allocate.UniformAllocator;
import org.paretopress.search.space.Budget;
import org.paretopress.search.space.SearchSpace;

/** The sizes that a run searches at, in bytes, whatever they are given in. Those given as an error need its table. */
final class SearchedSizes {

    private final RunConfig config;
    private final SearchSpace space;
    private final ModelFile model;

    SearchedSizes(RunConfig config, SearchSpace space, ModelFile model) {
        this.config = config;
        this.space = space;
        this.model = model;
    }

    /** A budget and what people call it. */
    record Size(Budget budget, String name) {}

    /**
     * What is known before errors are measured: all but those that stand on errors.
     *
     * @throws InputException where an entry is no size of this search
     */
    List<Size> beforeErrors() {
        List<Budgets.Entry> entries = config.search().budget().entries();
        List<Budgets.Entry> known = entries.stream()
                .filter(entry -> entry.kind() != Budgets.Kind.layerwiseError)
                .toList();
        List<Size> sizes = single(known, Optional.empty());
        return known.size() < entries.size() ? sizes : inOrder(sizes);
    }

    /**
     * In the order of the configuration; of a front, from its smaller end to its larger.
     *
     * @throws InputException where an entry is no size of this search
     */
    List<Size> all(Allocations allocations) {
        return inOrder(single(config.search().budget().entries(), Optional.of(allocations)));
    }

    private List<Size> single(List<Budgets.Entry> entries, Optional<Allocations> allocations) {
        return entries.stream()
                .map(entry -> new Size(budget(entry, allocations), name(entry)))
                .toList();
    }

    private List<Size> inOrder(List<Size> sizes) {
        return config.search().strategy() == RunConfig.Strategy.pareto ? range(sizes) : sizes;
    }

    /** The two ends of a front, and between them the sizes of uniform levels, to compare at. */
    private List<Size> range(List<Size> ends) {
        List<Size> range = new ArrayList<>(ends);
        range.sort(Comparator.comparing(one -> one.budget().sizeInBytes()));
        long least = range.get(0).budget().sizeInBytes();
        long most = range.get(range.size() - 1).budget().sizeInBytes();
        if (least == most) {
            throw new InputException(
                    "search.budget gives " + least
                            + " bytes twice, and search.strategy = pareto takes two that differ.",
                    "write {averageBits: [2.5, 4]}.");
        }
        new UniformAllocator(space)
                .all().stream()
                        .mapToLong(space::sizeInBytes)
                        .filter(size -> size > least && size < most)
                        .distinct()
                        .forEach(size -> range.add(new Size(new Budget(size), "the front")));
        range.sort(Comparator.comparing(one -> one.budget().sizeInBytes()));
        return range;
    }

    private Budget budget(Budgets.Entry entry, Optional<Allocations> allocations) {
        return switch (entry.kind()) {
            case averageBits -> Budget.ofAverageBits(space, entry.value());
            case bytes -> Budget.ofBytes(space, (long) entry.value());
            case ratio -> Budget.ofRatio(space, entry.value(), model.sizeInBytes());
            case sparsity -> sparsityBudget(entry.value());
            case dropBlocks -> dropBudget(entry.value());
            case layerwiseError ->
                new Budget(space.sizeInBytes(allocations.orElseThrow().smallest(entry.value())));
        };
    }

    /** The size of a model of which this share is pruned; kept weights have 16 bits. */
    private Budget sparsityBudget(double share) {
        if (!config.levels().sparsityAlone() || share >= 1) {
            throw new InputException(
                    "search.budget.sparsity = " + share + " is no size here.",
                    config.levels().sparsityAlone()
                            ? "give a share below 1."
                            : "give bytes or ratio: levels has other families than sparsity.");
        }
        return Budget.ofAverageBits(space, 16 * (1 - share));
    }

    /** The size of the original model less so many of its transformer blocks, which are alike. */
    private Budget dropBudget(double count) {
        int blocks = model.config().blocks();
        if (!config.levels().depthAlone() || count != Math.rint(count) || count >= blocks) {
            throw new InputException(
                    "search.budget.dropBlocks = " + count + " is no size here.",
                    config.levels().depthAlone()
                            ? "give a whole number below " + blocks + "."
                            : "give bytes or ratio: levels has other families than depth.");
        }
        long layers = model.sizeInBytes() - model.fixedSizeInBytes();
        return Budget.ofBytes(space, model.sizeInBytes() - (long) count * (layers / blocks));
    }

    private static String name(Budgets.Entry entry) {
        return switch (entry.kind()) {
            case averageBits -> "at " + entry.value() + " bits";
            case bytes -> String.format("at %.2f MB", entry.value() / 1e6);
            case ratio -> "at ratio " + entry.value();
            case sparsity -> "at sparsity " + entry.value();
            case dropBlocks -> "without " + entry.value() + " blocks";
            case layerwiseError -> "at a layerwise error of " + entry.value();
        };
    }
}
