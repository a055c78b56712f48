package org.paretopress.jobs.run;

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
