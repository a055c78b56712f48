package org.paretopress.search.evolve;

/** The kinds of change that lead from a parent to an offspring. */
public enum Operator {
    LEVEL_SWITCH("level switch"),
    EXCHANGE("exchange"),
    RESIZE("resize"),
    RELOCATE("relocate");

    private final String label;

    Operator(String label) {
        this.label = label;
    }

    /** As reports and run directories name it. */
    public String label() {
        return label;
    }
}
