package org.paretopress.jobs.cluster;

import org.paretopress.jobs.run.Work;

/** What was evaluated so far, for provenance. Counted on the driver, so retries of tasks do not count twice. */
public final class WorkCount {

    private Work total = Work.NONE;

    /** Counts what was done now, or by an interrupted process before this one went on. */
    public void add(Work work) {
        total = total.plus(work);
    }

    public Work total() {
        return total;
    }
}
