package org.paretopress.jobs.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.paretopress.jobs.run.GenerationLine;
import org.paretopress.jobs.run.GenerationLine.OperatorLine;

/**
 * How the search went, beside its losses.
 *
 * @param sentences how candidates were selected, what that cost, what sharing saved, how good the predictor was
 * @param operators over all generations of all budgets
 */
record Effort(List<String> sentences, List<OperatorRow> operators) {

    /** @param figures offspring bred, offspring accepted, the share of these in per cent */
    record OperatorRow(String operator, List<Figure> figures) {}

    static Effort of(ReportData data) {
        List<String> sentences = new ArrayList<>();
        data.generations().stream()
                .filter(line -> line.generation() > 0 && !line.stages().isEmpty())
                .findFirst()
                .ifPresent(line -> sentences.add(selection(line)));
        sentences.add(cost(data));
        sentences.add(sharing(data.provenance()));
        sentences.add(predictor(data.generations()));
        sentences.removeIf(String::isEmpty);
        return new Effort(sentences, operators(data.generations()));
    }

    private static String selection(GenerationLine line) {
        List<String> stages = line.stages().stream()
                .map(stage -> Display.count(stage.candidates()) + " on " + Display.count(stage.tokens()) + " tokens")
                .toList();
        return "In the first generation candidates were scored in stages: " + String.join(", then ", stages)
                + ". The later ones are survivors, and the parent where they are compared with it.";
    }

    private static String cost(ReportData data) {
        Map<String, Object> provenance = data.provenance();
        if (!(provenance.get("tokensEvaluated") instanceof Number tokens)
                || !(provenance.get("evaluations") instanceof Number evaluations)
                || !(provenance.get("seconds") instanceof Map<?, ?> seconds)) {
            return "";
        }
        double all = seconds.values().stream()
                .mapToDouble(one -> ((Number) one).doubleValue())
                .sum();
        String steps = seconds.entrySet().stream()
                .map(step -> step.getKey() + " " + Display.seconds(((Number) step.getValue()).doubleValue()))
                .collect(Collectors.joining(", "));
        return "The run, its baselines included, scored candidates " + Display.count(evaluations.longValue())
                + " times on " + Display.count(tokens.longValue()) + " tokens in all; its last process took "
                + Display.seconds(all) + " (" + steps + ")."
                + (provenance.get("lossesTakenOver") instanceof Number taken && taken.longValue() > 0
                        ? " Losses of earlier processes were there to be taken over; their time is not in it."
                        : "");
    }

    private static String sharing(Map<String, Object> provenance) {
        if (!(provenance.get("blockForwardsDone") instanceof Number done)
                || !(provenance.get("blockForwardsSaved") instanceof Number saved)
                || done.longValue() + saved.longValue() == 0) {
            return "";
        }
        long all = done.longValue() + saved.longValue();
        return String.format(
                Locale.ROOT,
                "Of the %s times that a transformer block would have run over a sequence, %.0f %% were known or shared with"
                        + " another candidate.",
                Display.count(all),
                100.0 * saved.longValue() / all);
    }

    private static String predictor(List<GenerationLine> lines) {
        double[] ranks = lines.stream()
                .map(GenerationLine::predictorRank)
                .filter(rank -> rank != null)
                .mapToDouble(rank -> rank)
                .sorted()
                .toArray();
        if (ranks.length == 0) {
            return "";
        }
        double median = (ranks[(ranks.length - 1) / 2] + ranks[ranks.length / 2]) / 2;
        return String.format(
                Locale.ROOT,
                "What the predictor said of the offspring of a generation has a rank correlation of %.2f with what the first"
                        + " stage measured (median of %d generations).",
                median,
                ranks.length);
    }

    private static List<OperatorRow> operators(List<GenerationLine> lines) {
        Map<String, OperatorLine> sums = new LinkedHashMap<>();
        lines.stream()
                .flatMap(line -> line.operators().stream())
                .forEach(one -> sums.merge(
                        one.operator(),
                        one,
                        (a, b) -> new OperatorLine(
                                a.operator(), a.offspring() + b.offspring(), a.accepted() + b.accepted())));
        return sums.values().stream()
                .map(one -> new OperatorRow(
                        one.operator(),
                        List.of(
                                Figure.count(one.offspring()),
                                Figure.count(one.accepted()),
                                Figure.percent((double) one.accepted() / one.offspring()))))
                .toList();
    }
}
