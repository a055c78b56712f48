package org.paretopress.jobs.run;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;

/**
 * What the report tells of one generation of the search at one budget.
 *
 * @param budgetInBytes the budget this search ran under
 * @param generation 0 for the choice of the first parents
 * @param loss loss of the best survivor at the last stage
 * @param accepted offspring that took a place among the survivors; 0 where the parents stood
 * @param tokensEvaluated tokens run through candidates since this budget's search began, this generation included
 * @param evaluations candidates scored since this budget's search began, this generation included
 * @param seconds time since this budget's search began
 * @param predictorRank Spearman correlation between what the predictor said of this generation's offspring and what their
 *     first stage measured; null where none assists
 * @param operators what became of the offspring of each operator; empty where parents were chosen
 * @param stages the stages of this generation, in order
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record GenerationLine(
        long budgetInBytes,
        int generation,
        double loss,
        int accepted,
        long tokensEvaluated,
        long evaluations,
        double seconds,
        Double predictorRank,
        List<OperatorLine> operators,
        List<StageLine> stages) {

    public GenerationLine {
        operators = operators == null ? List.of() : List.copyOf(operators);
        stages = stages == null ? List.of() : List.copyOf(stages);
    }

    /**
     * One kind of change.
     *
     * @param offspring bred by it
     * @param accepted of these, those that took a place among the survivors
     */
    public record OperatorLine(String operator, int offspring, int accepted) {}

    /**
     * One stage of selection.
     *
     * @param candidates how many candidates were scored
     * @param tokens tokens each of them was scored on
     * @param bestLoss the lowest loss among them
     */
    public record StageLine(int candidates, long tokens, double bestLoss) {}
}
