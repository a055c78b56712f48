package org.paretopress.jobs.cluster;

/** What was evaluated so far, for provenance. Counted on the driver, so retries of tasks do not count twice. */
public final class WorkCount {

    private Work total = Work.NONE;

    /**
     * Work done.
     *
     * @param evaluations candidates scored, once a minibatch
     * @param tokensEvaluated tokens of all sequences that candidates were scored on
     * @param blockForwardsDone runs of a transformer block over a sequence
     * @param blockForwardsSaved those that another candidate of the same task had done already
     */
    public record Work(long evaluations, long tokensEvaluated, long blockForwardsDone, long blockForwardsSaved) {

        public static final Work NONE = new Work(0, 0, 0, 0);

        public Work plus(Work other) {
            return new Work(
                    evaluations + other.evaluations,
                    tokensEvaluated + other.tokensEvaluated,
                    blockForwardsDone + other.blockForwardsDone,
                    blockForwardsSaved + other.blockForwardsSaved);
        }

        public Work minus(Work earlier) {
            return new Work(
                    evaluations - earlier.evaluations,
                    tokensEvaluated - earlier.tokensEvaluated,
                    blockForwardsDone - earlier.blockForwardsDone,
                    blockForwardsSaved - earlier.blockForwardsSaved);
        }
    }

    /** Counts what was done now, or by an interrupted process before this one went on. */
    public void add(Work work) {
        total = total.plus(work);
    }

    public Work total() {
        return total;
    }
}
