package org.paretopress.jobs.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.paretopress.jobs.report.BudgetVerdict.Outcome;
import org.paretopress.jobs.run.Baselines;
import org.paretopress.jobs.run.Baselines.AtBudget;
import org.paretopress.jobs.run.Baselines.Comparison;
import org.paretopress.jobs.run.Baselines.Contender;
import org.paretopress.jobs.run.Front;
import org.paretopress.jobs.run.FrontPoint;
import org.paretopress.jobs.run.FrontPoint.Quality;

class VerdictTest {

    @Test
    void saysThatTheSearchWins() {
        Verdict verdict = verdict(at(found(0.0041), allocation(0.0052), uniform(0.009)));
        assertThat(verdict.summary()).isEqualTo("The search beats every baseline.");
        assertThat(verdict.budgets().get(0).figures())
                .isEqualTo("At 5.10 MB the search loses 0.004100 nats of KL; "
                        + "the layerwise allocation 0.005200, uniform 0.009000.");
        assertThat(verdict.budgets().get(0).judgement())
                .isEqualTo("The search loses 21% less than the layerwise allocation.");
    }

    @Test
    void saysThatTheAllocationWins() {
        Verdict verdict = verdict(at(found(0.0052), allocation(0.0041), uniform(0.009)));
        assertThat(verdict.summary()).isEqualTo("The search was not needed: the layerwise allocation is better.");
        assertThat(verdict.budgets().get(0).judgement())
                .isEqualTo("The layerwise allocation loses 21% less than the search; its point is allocation-1.");
    }

    @Test
    void saysThatTheAllocationIsAsGoodWhereTheNumbersReadTheSame() {
        Verdict verdict = verdict(at(found(0.00410001), allocation(0.0041), uniform(0.009)));
        assertThat(verdict.budgets().get(0).outcome()).isEqualTo(Outcome.TIE);
        assertThat(verdict.summary()).isEqualTo("The search was not needed: the layerwise allocation is as good.");
        assertThat(verdict.budgets().get(0).judgement())
                .isEqualTo("The layerwise allocation is as good: here the search was not needed.");
    }

    @Test
    void namesAnotherBaselineThatIsBetterThanTheAllocation() {
        assertThat(verdict(at(found(0.004), allocation(0.008), uniform(0.005)))
                        .budgets()
                        .get(0)
                        .judgement())
                .isEqualTo("The search loses 20% less than uniform, the best baseline. "
                        + "The layerwise allocation is behind the search.");
        assertThat(verdict(at(found(0.005), allocation(0.0045), uniform(0.004)))
                        .budgets()
                        .get(0)
                        .judgement())
                .isEqualTo("Uniform loses 20% less than the search; its point is uniform-1. "
                        + "The layerwise allocation is better than the search too.");
    }

    @Test
    void countsBudgets() {
        AtBudget win = at(found(0.004), allocation(0.005));
        AtBudget tie = at(found(0.004), allocation(0.004));
        AtBudget loss = at(found(0.004), allocation(0.003));
        assertThat(verdict(win, win).summary()).isEqualTo("The search beats every baseline at all 2 budgets.");
        assertThat(verdict(win, loss, win).summary())
                .isEqualTo("The search beats every baseline at 2 of 3 budgets; "
                        + "at the other, the layerwise allocation is better.");
        assertThat(verdict(win, loss, tie).summary())
                .isEqualTo("The search beats every baseline at 1 of 3 budgets; "
                        + "at the other 2, the layerwise allocation is as good or better.");
    }

    @Test
    void staysOpenWithoutSomethingToCompare() {
        String open =
                "There is no baseline to compare with, so nothing here says whether the search was worth its time.";
        assertThat(verdict().summary()).isEqualTo(open);
        assertThat(verdict(at(found(0.004))).summary()).isEqualTo(open);
        Verdict missing = verdict(at(allocation(0.004)));
        assertThat(missing.budgets().get(0).figures())
                .isEqualTo("At 5.10 MB the search has no point; the layerwise allocation 0.004000.");
        assertThat(verdict(at(found(Double.NaN), allocation(0.004)))
                        .budgets()
                        .get(0)
                        .outcome())
                .isEqualTo(Outcome.OPEN);
    }

    /** The search's loss is the lower one, but the interval holds zero. */
    @Test
    void whatHeldOutTextDoesNotTellIsNotCalledAsGood() {
        AtBudget budget = at(found(0.004), allocation(0.005));
        Comparison open = new Comparison(found(0.004).id(), allocation(0.005).id(), -0.001, -0.003, 0.001, 16);
        Verdict verdict = verdict(new AtBudget(budget.budgetInBytes(), budget.contenders(), List.of(open), null));
        assertThat(verdict.budgets().get(0).outcome()).isEqualTo(Outcome.UNDECIDED);
        assertThat(verdict.budgets().get(0).judgement())
                .isEqualTo("Held-out text does not tell the search from the layerwise allocation.");
        assertThat(verdict.summary())
                .isEqualTo(
                        "The search is not shown to be needed: the layerwise allocation is not told from it by held-out"
                                + " text.");
    }

    @Test
    void neverCallsABaselineTheSearch() {
        ReportData data = data("allocation", at(allocation(0.005), uniform(0.009)));
        assertThat(Verdict.of(data).budgets().get(0).judgement())
                .isEqualTo("The layerwise allocation loses 44% less than uniform.");
    }

    private static Verdict verdict(AtBudget... budgets) {
        return Verdict.of(data("evopress", budgets));
    }

    private static ReportData data(String strategy, AtBudget... budgets) {
        Baselines baselines = new Baselines(null, List.of(budgets));
        return new ReportData(
                "run", new Front(List.of()), baselines, List.of(), Map.of(), new RunSetup("", strategy), null);
    }

    private static AtBudget at(FrontPoint... points) {
        return new AtBudget(
                5_100_000,
                Stream.of(points).map(point -> new Contender(point, 1, 1)).toList());
    }

    private static FrontPoint found(double kl) {
        return point("evopress", kl);
    }

    private static FrontPoint allocation(double kl) {
        return point("allocation", kl);
    }

    private static FrontPoint uniform(double kl) {
        return point("uniform", kl);
    }

    private static FrontPoint point(String strategy, double kl) {
        return new FrontPoint(strategy + "-1", strategy, 5_000_000, 3, new Quality(1, 9), new Quality(kl, 9), Map.of());
    }
}
