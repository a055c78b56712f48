package org.paretopress.jobs.cluster;

import org.paretopress.jobs.RunFailedException;

/**
 * Why a run cannot go on: something that it needs could not be scored, mostly for want of memory.
 *
 * @param reason of the last attempt; where it has a remedy of its own, behind "Maybe", that one counts
 * @param isLocal whether tasks run in this JVM
 * @param then what the command at hand can do once the remedy is taken; may be empty
 */
record Unscorable(String reason, boolean isLocal, String then) {

    private static final String REMEDY = "\nMaybe ";

    /** @param finding names what could not be scored */
    RunFailedException with(String finding) {
        int own = reason.indexOf(REMEDY);
        String why = own < 0 ? reason : reason.substring(0, own);
        String better = own < 0 ? remedy() : reason.substring(own + REMEDY.length());
        return new RunFailedException(finding + ": " + why, (better + " " + then).strip());
    }

    private String remedy() {
        if (reason.contains(Isolation.NOT_FINITE)) {
            return "look whether the model's weights are numbers, or compute in another precision (spark.paretopress.precision).";
        }
        return isLocal
                ? "let fewer tasks run at once (--master local[1]), or give the JVM more memory (PARETOPRESS_JAVA_OPTS=-Xmx8g)."
                : "give executors more memory (spark.executor.memory, spark.executor.memoryOverhead).";
    }
}
