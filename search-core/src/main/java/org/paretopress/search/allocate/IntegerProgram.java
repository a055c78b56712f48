package org.paretopress.search.allocate;

import com.google.ortools.Loader;
import com.google.ortools.modelbuilder.LinearExpr;
import com.google.ortools.modelbuilder.LinearExprBuilder;
import com.google.ortools.modelbuilder.ModelBuilder;
import com.google.ortools.modelbuilder.ModelSolver;
import com.google.ortools.modelbuilder.SolveStatus;
import com.google.ortools.modelbuilder.Variable;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.paretopress.search.space.Assignment;
import org.paretopress.search.space.SearchSpace;

/**
 * One level for each layer, so that the objective is least and every limit holds: a programme of one 0-1 variable per
 * layer and level, solved by CP-SAT of Google's OR-Tools. All numbers are integers, on which CP-SAT reasons
 * without rounding. One worker, a fixed seed and an effort counted in operations give the same result every time.
 */
final class IntegerProgram {

    /**
     * No presolve: the rows stay as they are handed over, and the one of CP-SAT 9.15 loses optima in one of some
     * hundred programmes whose errors span many orders of magnitude. {@link Dominance} does what it would help with.
     * An interrupt stays the JVM's business.
     */
    private static final String PARAMETERS =
            "num_workers: 1 random_seed: 1 mip_presolve_level: 0 cp_model_presolve: false"
                    + " catch_sigint_signal: false max_deterministic_time: %s";

    private final SearchSpace space;
    private final ResourceLimit objective;
    private final List<ResourceLimit> limits;
    private final int[][] choices;

    /**
     * @param objective what is minimised; its own limit is not looked at
     * @param limits of the same layers and levels
     */
    IntegerProgram(SearchSpace space, ResourceLimit objective, List<ResourceLimit> limits) {
        this.space = space;
        this.objective = objective;
        this.limits = limits;
        List<ResourceLimit> counted = new ArrayList<>(limits);
        counted.add(objective);
        this.choices = Dominance.undominated(space, counted);
    }

    /**
     * A best assignment, or none if there is none within the limits.
     *
     * @param effort CP-SAT's deterministic time; where it runs out, the outcome's bound is below its value
     * @throws IllegalStateException if it runs out before anything is found
     */
    Optional<Outcome> solve(double effort) {
        loadLibrary();
        ModelBuilder model = new ModelBuilder();
        Variable[][] variables = variables(model);
        dropTogether(model, variables);
        for (ResourceLimit limit : limits) {
            IntegerRow used = row(limit);
            long most = used.unitsWithin(limit.limit());
            if (most < 0) {
                return Optional.empty();
            }
            if (most < used.mostUnits()) {
                model.addLessOrEqual(sum(variables, used), most);
            }
        }
        IntegerRow cost = row(objective);
        model.minimize(sum(variables, cost));
        ModelSolver solver = new ModelSolver("sat");
        solver.setSolverSpecificParameters(String.format(Locale.ROOT, PARAMETERS, effort));
        SolveStatus status = solver.solve(model);
        if (status == SolveStatus.INFEASIBLE) {
            return Optional.empty();
        }
        requireSolution(solver, status, effort);
        Assignment found = assignment(solver, variables);
        long value = objective.total(found);
        long bound = cost.sum((long) Math.floor(solver.getBestObjectiveBound()));
        return Optional.of(new Outcome(found, value, status == SolveStatus.OPTIMAL ? value : Math.min(value, bound)));
    }

    /** [layer][choice], exactly one of each layer is 1; none for a layer without a choice. */
    private Variable[][] variables(ModelBuilder model) {
        Variable[][] variables = new Variable[choices.length][];
        for (int layer = 0; layer < choices.length; layer++) {
            variables[layer] = new Variable[choices[layer].length > 1 ? choices[layer].length : 0];
            LinearExprBuilder chosen = LinearExpr.newBuilder();
            for (int choice = 0; choice < variables[layer].length; choice++) {
                variables[layer][choice] = model.newBoolVar("");
                chosen.addTerm(variables[layer][choice], 1);
            }
            if (variables[layer].length > 0) {
                model.addEquality(chosen, 1);
            }
        }
        return variables;
    }

    /** The first choice of the layers of a sub-block is to drop them, which they do together. */
    private void dropTogether(ModelBuilder model, Variable[][] variables) {
        for (int[] subBlock : space.subBlocks()) {
            for (int layer : subBlock) {
                model.addEquality(variables[layer][0], variables[subBlock[0]][0]);
            }
        }
    }

    private IntegerRow row(ResourceLimit counted) {
        long[][] values = new long[choices.length][];
        for (int layer = 0; layer < choices.length; layer++) {
            values[layer] = new long[choices[layer].length];
            for (int choice = 0; choice < choices[layer].length; choice++) {
                values[layer][choice] = counted.use(layer, choices[layer][choice]);
            }
        }
        return IntegerRow.of(counted.name(), values);
    }

    private static LinearExpr sum(Variable[][] variables, IntegerRow row) {
        LinearExprBuilder sum = LinearExpr.newBuilder();
        for (int layer = 0; layer < variables.length; layer++) {
            for (int choice = 0; choice < variables[layer].length; choice++) {
                sum.addTerm(variables[layer][choice], row.units()[layer][choice]);
            }
        }
        return sum.build();
    }

    /** What the solver chose; it is added up once more, in whole numbers of the caller's. */
    private Assignment assignment(ModelSolver solver, Variable[][] variables) {
        int[] levels = new int[choices.length];
        for (int layer = 0; layer < levels.length; layer++) {
            int chosen = 0;
            for (int choice = 1; choice < variables[layer].length; choice++) {
                chosen = solver.getValue(variables[layer][choice]) > 0.5 ? choice : chosen;
            }
            levels[layer] = choices[layer][chosen];
        }
        Assignment found = Assignment.of(levels);
        for (ResourceLimit limit : limits) {
            if (limit.total(found) > limit.limit()) {
                throw new IllegalStateException("The solver's assignment uses " + limit.total(found) + " of the "
                        + limit.limit() + " " + limit.name() + ".\nMaybe report this as a defect.");
            }
        }
        return found;
    }

    private static void requireSolution(ModelSolver solver, SolveStatus status, double effort) {
        if (!solver.hasSolution()) {
            throw new IllegalStateException("The solver ended with " + status + " after an effort of at most " + effort
                    + ": it found no assignment within the limits, nor that there is none.\n"
                    + "Maybe allow more effort, or loosen the tightest limit.");
        }
    }

    private static void loadLibrary() {
        try {
            Loader.loadNativeLibraries();
        } catch (RuntimeException | LinkageError cause) {
            throw new IllegalStateException(
                    "The solver's library cannot be loaded on " + System.getProperty("os.name") + " "
                            + System.getProperty("os.arch") + ": " + cause.getMessage()
                            + ".\nMaybe build with -Dortools.platform=… for this machine, or let java.io.tmpdir be a folder to execute from.",
                    cause);
        }
    }

    /** @param bound no assignment within the limits has an objective below this; at most {@code value} */
    record Outcome(Assignment assignment, long value, long bound) {

        boolean proven() {
            return value == bound;
        }
    }
}
