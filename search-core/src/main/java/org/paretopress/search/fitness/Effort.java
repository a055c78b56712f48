package org.paretopress.search.fitness;

/**
 * How much text a candidate is scored on, and which. Equal efforts see the same sequences; of two with one sample
 * seed the text of the smaller is a part of the larger's. Minibatches that no candidate shall fit have sample seeds of their
 * own.
 *
 * @param generation 0 for the choice of the first parent, then 1, 2, …
 * @param stage index of the selection stage, from 0
 * @param tokens tokens a candidate is scored on, at least 1
 * @param sampleSeed decides which sequences are drawn
 */
public record Effort(int generation, int stage, long tokens, long sampleSeed) {

    public Effort {
        if (generation < 0 || stage < 0 || tokens < 1) {
            throw new IllegalArgumentException("An effort has generation " + generation + ", stage " + stage + " and "
                    + tokens + " tokens.\nMaybe a stage was configured without tokens.");
        }
    }
}
