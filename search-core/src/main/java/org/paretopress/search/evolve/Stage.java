package org.paretopress.search.evolve;

/**
 * One step of the staged selection.
 *
 * @param survivors candidates that go on to the next stage, at least 1
 * @param tokens tokens each candidate is scored on, at least 1
 */
public record Stage(int survivors, long tokens) {

    public Stage {
        if (survivors < 1 || tokens < 1) {
            throw new IllegalArgumentException("A stage has " + survivors + " survivors and " + tokens
                    + " tokens.\nMaybe the two were swapped or one is missing.");
        }
    }
}
