package org.paretopress.search.fitness;

import org.apache.commons.statistics.distribution.TDistribution;

/**
 * Two candidates compared on the same sequences. Some sequences are harder than others for every candidate; the
 * difference on each takes that out, so far less text is needed to tell two candidates apart than to know either loss.
 *
 * @param meanDifference mean over sequences of the first loss less the second; negative where the first is better
 * @param standardError of that mean, from the spread of the differences; infinite for a single sequence
 * @param sequences how many were compared
 */
public record PairedComparison(double meanDifference, double standardError, int sequences) {

    /** Of the interval that is reported, and of the evidence on which a candidate takes another one's place. */
    public static final double CONFIDENCE = 0.95;

    /** @throws IllegalArgumentException if the two were scored on different numbers of sequences */
    public static PairedComparison of(Score first, Score second) {
        int sequences = first.sequences();
        if (second.sequences() != sequences) {
            throw new IllegalArgumentException("A score on " + sequences + " sequences is compared with one on "
                    + second.sequences() + ".\nMaybe they belong to different efforts.");
        }
        double mean = 0;
        for (int sequence = 0; sequence < sequences; sequence++) {
            mean += (first.loss(sequence) - second.loss(sequence)) / sequences;
        }
        double squares = 0;
        for (int sequence = 0; sequence < sequences; sequence++) {
            double deviation = first.loss(sequence) - second.loss(sequence) - mean;
            squares += deviation * deviation;
        }
        double error = sequences == 1 ? Double.POSITIVE_INFINITY : Math.sqrt(squares / (sequences - 1) / sequences);
        return new PairedComparison(mean, error, sequences);
    }

    /** Whether the first has the smaller mean loss, be it by chance. */
    public boolean firstIsAhead() {
        return meanDifference < 0;
    }

    /** Whether the whole interval of that confidence is on the first one's side; a single sequence proves nothing. */
    public boolean firstIsBetter(double confidence) {
        return meanDifference + halfWidth(confidence) < 0;
    }

    /** Lower end of the 95 % interval of the difference, by Student's distribution; without bound for a single sequence. */
    public double low() {
        return meanDifference - halfWidth(CONFIDENCE);
    }

    /** Upper end of the 95 % interval of the difference. */
    public double high() {
        return meanDifference + halfWidth(CONFIDENCE);
    }

    private double halfWidth(double confidence) {
        return sequences == 1
                ? Double.POSITIVE_INFINITY
                : standardError * TDistribution.of(sequences - 1).inverseSurvivalProbability((1 - confidence) / 2);
    }
}
