package org.paretopress.jobs.run;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;

/** The named steps of a job and how long each took. */
public final class Steps {

    private final Map<String, Double> seconds = new LinkedHashMap<>();

    /** Runs a step and takes its time; a name may be used again, times add up. */
    public <T> T run(String name, Supplier<T> step) {
        long start = System.nanoTime();
        try {
            return step.get();
        } finally {
            seconds.merge(name, (System.nanoTime() - start) / 1e9, Double::sum);
        }
    }

    /** Seconds by name, in the order of the first runs. */
    public Map<String, Double> seconds() {
        return seconds;
    }
}
