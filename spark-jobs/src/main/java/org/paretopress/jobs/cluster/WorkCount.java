package org.paretopress.jobs.cluster;

/** What was evaluated so far, for provenance. Counted on the driver, so retries of tasks do not count twice. */
public final class WorkCount {

    private final int blocks;
    private long evaluations;
    private long tokensEvaluated;
    private long blockForwardsDone;

    /** @param blocks transformer blocks of the model */
    public WorkCount(int blocks) {
        this.blocks = blocks;
    }

    /** Counts candidates that were each scored on so many tokens. */
    void add(int candidates, long tokens) {
        evaluations += candidates;
        tokensEvaluated += candidates * tokens;
        blockForwardsDone += (long) candidates * blocks;
    }

    /** Counts what an interrupted process evaluated before this one went on. */
    public void addEarlier(long candidates, long tokens) {
        evaluations += candidates;
        tokensEvaluated += tokens;
        blockForwardsDone += candidates * blocks;
    }

    /** Candidates scored, once a minibatch. */
    public long evaluations() {
        return evaluations;
    }

    /** Tokens run through candidates. */
    public long tokensEvaluated() {
        return tokensEvaluated;
    }

    /** Transformer blocks run for candidates, once a minibatch each. */
    public long blockForwardsDone() {
        return blockForwardsDone;
    }
}
