package org.paretopress.jobs.config;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.paretopress.jobs.InputException;

/**
 * A run configuration, as the YAML file spells it.
 *
 * @param model folder of the model, on any file system Hadoop opens
 * @param holdout text the search never sees; without it, a seeded part of the calibration text is held back
 * @param output run directory
 */
public record RunConfig(
        String model, Calibration calibration, Holdout holdout, LevelsConfig levels, Search search, String output) {

    public RunConfig {
        Check.present("model", model);
        Check.present("calibration", calibration);
        Check.present("levels", levels);
        Check.present("output", output);
        holdout = holdout == null ? new Holdout(List.of(), null) : holdout;
        search = search == null ? Search.defaults() : search;
        SearchRules.require(search);
    }

    /** The same run with every path made absolute, so that it means the same from any folder. */
    public RunConfig resolved(UnaryOperator<String> path) {
        return new RunConfig(
                path.apply(model),
                new Calibration(
                        calibration.text().stream().map(path).toList(),
                        calibration.tokens(),
                        calibration.sequenceLength()),
                new Holdout(holdout.text().stream().map(path).toList(), holdout.tokens()),
                levels,
                search.resolved(path),
                path.apply(output));
    }

    /**
     * Text that levels and losses are computed on.
     *
     * @param text files and globs
     * @param tokens how many tokens to take
     */
    public record Calibration(List<String> text, Integer tokens, Integer sequenceLength) {
        public Calibration {
            Check.present("calibration.text", text);
            Check.notEmpty("calibration.text", text);
            tokens = Check.atLeast("calibration.tokens", 2, tokens, 131_072);
            sequenceLength = Check.atLeast("calibration.sequenceLength", 2, sequenceLength, 256);
        }
    }

    /** Text that only reports are computed on. */
    public record Holdout(List<String> text, Integer tokens) {
        public Holdout {
            text = text == null ? List.of() : text;
            tokens = Check.atLeast("holdout.tokens", 2, tokens, 65_536);
        }
    }

    /** What proposes assignments. */
    public enum Strategy {
        evopress,
        pareto,
        allocation,
        greedy,
        uniform,
        random
    }

    /** What the layerwise allocation adds up over layers. */
    public enum ErrorMeasure {
        /** The divergence of the model with this layer alone compressed. */
        measured,
        /** tr(ΔHΔᵀ), the change of the layer's output. */
        @JsonProperty("absolute-output")
        absoluteOutput,
        /** The same as a share of the layer's output. */
        @JsonProperty("relative-output")
        relativeOutput,
        /** ‖ΔW‖² as a share of ‖W‖²: L-GreCo's own. */
        @JsonProperty("relative-weight")
        relativeWeight
    }

    /**
     * The layerwise allocation, and the greedy one.
     *
     * @param tokens that every level of every layer is scored on, with {@link ErrorMeasure#measured}
     * @param limits on resources beside bytes, by their names
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Allocation(ErrorMeasure error, Integer tokens, Map<String, Limit> limits) {
        public Allocation {
            limits = limits == null ? Map.of() : limits;
            Check.whole("search.allocation.limits", limits.values());
            error = error == null ? ErrorMeasure.measured : error;
            if (error == ErrorMeasure.measured) {
                tokens = Check.atLeast("search.allocation.tokens", 1, tokens, 512);
            } else if (tokens != null) {
                throw new InputException(
                        "search.allocation.tokens is given, but nothing is scored with another error than measured.",
                        "leave it out, or set search.allocation.error: measured.");
            }
        }
    }

    /**
     * The most that all layers together may use of a resource.
     *
     * @param atMost in whole units of the resource
     * @param use by pattern of layer names and by level; where several patterns say something of a level, the last counts
     */
    public record Limit(Long atMost, Map<String, Map<String, Long>> use) {
        public Limit {
            Check.present("search.allocation.limits.*.atMost", atMost);
            Check.present("search.allocation.limits.*.use", use);
            Check.whole("search.allocation.limits.*.use", use.values());
        }
    }

    /** What the search minimises. Reports give the full divergence and the perplexity whatever it was. */
    public enum FitnessMeasure {
        kl,
        sparseKl {
            @Override
            public String toString() {
                return "sparse-kl";
            }
        },
        perplexity;

        /** As configurations spell it. */
        @JsonValue
        String spelling() {
            return toString();
        }
    }

    /** What becomes of the tokens that {@link SparseKl} does not keep. */
    public enum Tail {
        /** They are one more outcome. */
        bucket,
        /** They are left out; the others are scaled to sum 1. */
        renormalized
    }

    /**
     * The divergence over the dense model's most probable tokens.
     *
     * @param top how many
     */
    public record SparseKl(Integer top, Tail tail) {
        public SparseKl {
            top = Check.atLeast("search.sparseKl.top", 1, top, 256);
            tail = tail == null ? Tail.bucket : tail;
            if (top == 1 && tail == Tail.renormalized) {
                throw new InputException(
                        "search.sparseKl.top = 1 compares nothing with tail: renormalized: one token always has all of it.",
                        "use 2 or more, or tail: bucket.");
            }
        }
    }

    /** The first parent of a search at one budget. */
    public enum Start {
        /** The uniform level of the budget's size, otherwise random assignments: as published. */
        uniform,
        /** What the layerwise allocation finds. */
        allocation
    }

    /** When an offspring takes its parent's place. */
    public enum Acceptance {
        /** Where it is not worse on the minibatch of the last stage: as published. */
        minibatch,
        /** Where a comparison sequence by sequence shows it. */
        paired
    }

    /**
     * When a search ends before its last generation; whichever comes first, null for never.
     *
     * @param tokens evaluated by the search at one budget
     * @param minutes since the search at one budget began
     * @param plateau generations in a row that brought nothing
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Stop(Long tokens, Double minutes, Integer plateau) {
        public Stop {
            Check.positive("search.stop.tokens", tokens);
            Check.positive("search.stop.minutes", minutes);
            Check.positive("search.stop.plateau", plateau);
        }
    }

    /** Layers that inference engines fuse, and that then share one level. */
    public enum Tie {
        qkv(List.of("self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj")),
        @JsonProperty("gate-up")
        gateUp(List.of("mlp.gate_proj", "mlp.up_proj"));

        private final List<String> projections;

        Tie(List<String> projections) {
            this.projections = projections;
        }

        /** Ends of the names of the tied layers of a transformer block. */
        public List<String> projections() {
            return projections;
        }
    }

    /**
     * The search.
     *
     * @param budget one size or several; each gets a search of its own, except that {@link Strategy#pareto} takes two as
     *     the ends of a range
     * @param offspring candidates a generation
     * @param sparseKl what {@link FitnessMeasure#sparseKl} counts; null with another fitness
     * @param assisted whether a learnt predictor chooses among many more offspring than are scored
     * @param stop what ends a search early
     * @param tie layers that share one level
     * @param allowed levels by pattern of layer names, in which {@code *} stands for anything; one level pins a layer
     * @param baselines what the searched strategy is compared with
     * @param references likewise, by name: files with assignments that others found
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Search(
            Strategy strategy,
            Budgets budget,
            Integer generations,
            Integer offspring,
            List<StageConfig> stages,
            FitnessMeasure fitness,
            SparseKl sparseKl,
            Allocation allocation,
            Boolean assisted,
            Start start,
            Acceptance acceptance,
            Stop stop,
            List<Tie> tie,
            Map<String, List<String>> allowed,
            List<Strategy> baselines,
            @JsonInclude(JsonInclude.Include.NON_EMPTY) Map<String, String> references,
            Long seed) {

        static final List<Strategy> BASELINES =
                List.of(Strategy.uniform, Strategy.allocation, Strategy.greedy, Strategy.random);

        public Search {
            strategy = strategy == null ? Strategy.evopress : strategy;
            budget = budget == null ? Budgets.averageBits(3.0) : budget;
            generations = Check.atLeast("search.generations", 1, generations, 50);
            offspring = Check.atLeast("search.offspring", 1, offspring, 64);
            stages = stages == null
                    ? List.of(new StageConfig(16, 2048L), new StageConfig(4, 8192L), new StageConfig(1, 32_768L))
                    : stages;
            Check.notEmpty("search.stages", stages);
            Check.whole("search.stages", stages);
            fitness = fitness == null ? FitnessMeasure.kl : fitness;
            sparseKl = sparseKl(fitness, sparseKl);
            allocation = allocation == null ? new Allocation(null, null, null) : allocation;
            assisted = assisted != null && assisted;
            if (strategy != Strategy.pareto) { // which has no parent to start from or to replace
                start = start == null ? assisted ? Start.allocation : Start.uniform : start;
                acceptance = acceptance == null ? assisted ? Acceptance.paired : Acceptance.minibatch : acceptance;
            }
            stop = stop == null ? new Stop(null, null, assisted ? PLATEAU : null) : stop;
            tie = tie == null ? List.of() : tie;
            allowed = allowed == null ? Map.of() : allowed;
            baselines = baselines == null ? BASELINES : baselines;
            references = references == null ? Map.of() : references;
            seed = seed == null ? 42L : seed;
            Check.whole("search.tie", tie);
            Check.whole("search.allowed", allowed.values());
            Check.whole("search.baselines", baselines);
            Check.whole("search.references", references.values());
        }

        private Search resolved(UnaryOperator<String> path) {
            Map<String, String> resolved = new LinkedHashMap<>();
            references.forEach((name, file) -> resolved.put(name, path.apply(file)));
            return new Search(
                    strategy,
                    budget,
                    generations,
                    offspring,
                    stages,
                    fitness,
                    sparseKl,
                    allocation,
                    assisted,
                    start,
                    acceptance,
                    stop,
                    tie,
                    allowed,
                    baselines,
                    resolved,
                    seed);
        }

        /** Generations without progress after which an assisted search ends unless told otherwise. */
        private static final int PLATEAU = 10;

        static Search defaults() {
            return new Search(
                    null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null,
                    null);
        }

        private static SparseKl sparseKl(FitnessMeasure fitness, SparseKl given) {
            if (fitness == FitnessMeasure.sparseKl) {
                return given == null ? new SparseKl(null, null) : given;
            }
            if (given != null) {
                throw new InputException(
                        "search.sparseKl is given, but search.fitness = " + fitness + " does not use it.",
                        "set search.fitness: sparse-kl, or leave search.sparseKl out.");
            }
            return null;
        }
    }

    /** One stage of selection: how many survive it, and how many tokens each candidate is scored on. */
    public record StageConfig(Integer survivors, Long tokens) {
        public StageConfig {
            Check.present("search.stages.survivors", survivors);
            Check.present("search.stages.tokens", tokens);
            Check.positive("search.stages.tokens", tokens);
            Check.positive("search.stages.survivors", survivors);
        }
    }
}
