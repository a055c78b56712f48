package org.paretopress.jobs.cli;

import java.util.Locale;
import java.util.stream.Stream;
import org.paretopress.jobs.report.BudgetVerdict;
import org.paretopress.jobs.report.FrontVerdict;
import org.paretopress.jobs.run.Baselines;
import org.paretopress.jobs.run.FrontPoint;
import org.paretopress.jobs.search.SearchJob;

/** What a search tells people in the end: the front, what each strategy reached at equal bytes, where the report is. */
record ClosingTable(SearchJob.Result result) {

    private static final String COLUMNS = "  %-14s %10s %6s %12s %12s %12s%n";

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        FrontPoint dense = result.baselines().dense();
        text.append(String.format(
                Locale.ROOT,
                "%nThe original model: %s, perplexity %.2f on held-out text.%n",
                megabytes(dense.sizeInBytes()),
                dense.holdout().perplexity()));
        text.append(String.format("%nFront (no point is beaten in both size and calibration loss)%n"));
        header(text);
        result.front().points().forEach(point -> row(text, point.id(), point));
        for (Baselines.AtBudget budget : result.baselines().budgets()) {
            text.append(String.format("%nWithin %s%n", megabytes(budget.budgetInBytes())));
            header(text);
            budget.contenders().forEach(contender -> row(text, name(contender.point()), contender.point()));
            String searched = budget.contenders().get(0).point().strategy();
            BudgetVerdict verdict = BudgetVerdict.of(budget, searched);
            Stream.of((verdict.judgement() + " " + verdict.evidence()).strip(), verdict.additivity())
                    .filter(sentence -> !sentence.isEmpty())
                    .forEach(sentence -> text.append(sentence).append(System.lineSeparator()));
        }
        if (result.baselines().front() != null) {
            text.append(
                    String.format("%n%s%n", FrontVerdict.of(result.baselines().front())));
        }
        text.append(String.format(
                "%nReport: %s", result.directory().reportFile().toUri().getPath()));
        return text.toString();
    }

    /** Of references there may be several. */
    private static String name(FrontPoint point) {
        return point.strategy().equals("reference") ? point.id() : point.strategy();
    }

    private static void header(StringBuilder text) {
        text.append(String.format(COLUMNS, "", "size", "bits", "KL", "held-out KL", "perplexity"));
    }

    private static void row(StringBuilder text, String name, FrontPoint point) {
        text.append(String.format(
                COLUMNS,
                name,
                megabytes(point.sizeInBytes()),
                String.format(Locale.ROOT, "%.2f", point.averageBits()),
                String.format(Locale.ROOT, "%.5f", point.calibration().kl()),
                String.format(Locale.ROOT, "%.5f", point.holdout().kl()),
                String.format(Locale.ROOT, "%.2f", point.holdout().perplexity())));
    }

    private static String megabytes(long bytes) {
        return String.format(Locale.ROOT, "%.3f MB", bytes / 1e6);
    }
}
