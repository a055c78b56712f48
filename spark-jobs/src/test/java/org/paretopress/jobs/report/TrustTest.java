package org.paretopress.jobs.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.paretopress.jobs.run.Baselines;
import org.paretopress.jobs.run.Baselines.AtBudget;
import org.paretopress.jobs.run.Baselines.Comparison;
import org.paretopress.jobs.run.Front;
import org.paretopress.jobs.run.FrontPoint;
import org.paretopress.jobs.run.FrontPoint.Quality;

class TrustTest {

    private static FrontPoint point(long size, double calibration, double holdout) {
        return new FrontPoint(
                "P" + size, "evopress", size, 3, new Quality(calibration, 2), new Quality(holdout, 2), Map.of());
    }

    private static Trust trust(Comparison... comparisons) {
        Front front = new Front(List.of(point(1, 0.4, 0.5), point(2, 0.2, 0.22), point(3, 0.1, 0.23)));
        Baselines baselines = new Baselines(null, List.of(new AtBudget(9, List.of(), List.of(comparisons), null)));
        return Trust.of(new ReportData("run", front, baselines, null, null, new RunSetup("", "evopress"), "P1"));
    }

    /** The ratios are 1.25, 1.1 and 2.3. */
    @Test
    void holdoutIsComparedWithCalibration() {
        assertThat(trust().sentences())
                .containsExactly(
                        "On held-out text the KL is 25.0 % higher than on the calibration text that the search saw"
                                + " (median over the points of the front).",
                        "1 of 2 larger points loses no less there than the point before, which calibration text did not show.");
    }

    @Test
    void onlyAnIntervalWithoutZeroDecides() {
        Trust trust = trust(
                new Comparison("S", "uniform", -0.2, -0.3, -0.1, 8),
                new Comparison("S", "greedy", 0.2, 0.1, 0.3, 8),
                new Comparison("S", "random", -0.2, -0.5, 0.1, 8),
                new Comparison("S", "allocation", 0, 0, 0, 8));
        assertThat(trust.budgets().get(0).rows())
                .extracting(Trust.Row::judgement)
                .containsExactly("S is better", "greedy is better", "may be chance", "the same on every sequence");
        assertThat(trust.budgets().get(0).rows().get(0).figures())
                .extracting(Figure::text)
                .containsExactly("−0.200", "−0.300", "−0.100", "8");
    }
}
