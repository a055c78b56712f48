package org.paretopress.search.evolve;

/** When an offspring takes the place of its parent. */
public enum Acceptance {
    /** As published: where it is not worse on the minibatch of the last stage. */
    MINIBATCH,
    /** Where a {@linkplain Duel paired comparison} on all of the text shows it. */
    PAIRED
}
