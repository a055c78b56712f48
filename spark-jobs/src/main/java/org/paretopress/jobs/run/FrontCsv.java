package org.paretopress.jobs.run;

import java.util.stream.Collectors;

/** The front as a table for spreadsheets: one line a point, assignments left out. */
final class FrontCsv {

    private static final String HEADER = "id,strategy,sizeInBytes,averageBits,calibrationKl,calibrationPerplexity,"
            + "holdoutKl,holdoutPerplexity\n";

    private FrontCsv() {}

    static String of(Front front) {
        return front.points().stream().map(FrontCsv::line).collect(Collectors.joining("", HEADER, ""));
    }

    private static String line(FrontPoint point) {
        return String.join(
                        ",",
                        point.id(),
                        point.strategy(),
                        Long.toString(point.sizeInBytes()),
                        Double.toString(point.averageBits()),
                        Double.toString(point.calibration().kl()),
                        Double.toString(point.calibration().perplexity()),
                        Double.toString(point.holdout().kl()),
                        Double.toString(point.holdout().perplexity()))
                + "\n";
    }
}
