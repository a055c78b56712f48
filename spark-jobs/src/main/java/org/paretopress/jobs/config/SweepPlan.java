package org.paretopress.jobs.config;

import java.util.List;

/**
 * A sweep: one search for each combination of the values of its matrix.
 *
 * @param output folder of the runs; they share what level databases and losses they have in common
 * @param concurrency how many searches run at a time
 * @param cells in the order of the matrix, its last key changing fastest
 */
public record SweepPlan(String output, int concurrency, List<Cell> cells) {

    /**
     * One search.
     *
     * @param name of its folder: the values it stands for
     */
    public record Cell(String name, RunConfig config) {}
}
