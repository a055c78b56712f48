package org.paretopress.jobs.report;

import java.util.List;
import java.util.stream.Collectors;
import org.paretopress.jobs.run.GenerationLine;

/**
 * A generation as a table row.
 *
 * @param figures loss, accepted, tokens, evaluations, time
 * @param predictor rank correlation of what was predicted with what was measured; null where nothing was
 * @param stages the stages in words, one text each
 */
record GenerationRow(int generation, List<Figure> figures, Figure predictor, List<String> stages) {

    /** The generations at one budget. */
    record Budget(Figure budget, List<GenerationRow> rows) {}

    static List<Budget> of(ReportData data) {
        return data.generations().stream()
                .map(GenerationLine::budgetInBytes)
                .distinct()
                .sorted()
                .map(bytes -> at(bytes, data))
                .toList();
    }

    private static Budget at(long budgetInBytes, ReportData data) {
        List<GenerationRow> rows = data.generations().stream()
                .filter(line -> line.budgetInBytes() == budgetInBytes)
                .map(GenerationRow::row)
                .toList();
        return new Budget(Figure.size(budgetInBytes), rows);
    }

    private static GenerationRow row(GenerationLine line) {
        List<Figure> figures = List.of(
                Figure.loss(line.loss()),
                Figure.count(line.accepted()),
                Figure.count(line.tokensEvaluated()),
                Figure.count(line.evaluations()),
                Figure.seconds(line.seconds()));
        List<String> stages = line.stages().stream()
                .map(stage -> stage.candidates() + " × " + Display.count(stage.tokens()) + " → "
                        + Display.loss(stage.bestLoss()))
                .collect(Collectors.toList());
        Figure predictor = line.predictorRank() == null ? null : Figure.signed(line.predictorRank());
        return new GenerationRow(line.generation(), figures, predictor, stages);
    }
}
