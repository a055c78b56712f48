package org.paretopress.jobs.report;

import java.util.DoubleSummaryStatistics;
import java.util.stream.DoubleStream;
import org.knowm.xchart.style.XYStyler;

/** How a picture's loss axis runs: by decades where the losses span at least one, else linear. */
record LossScale(boolean logarithmic) {

    private static final double DECADE = 10;

    static LossScale of(double[] losses) {
        DoubleSummaryStatistics span = DoubleStream.of(losses).summaryStatistics();
        return new LossScale(losses.length > 0 && span.getMin() > 0 && span.getMax() >= DECADE * span.getMin());
    }

    void applyTo(XYStyler styler) {
        styler.setYAxisLogarithmic(logarithmic);
        styler.setYAxisDecimalPattern("0.########");
    }
}
