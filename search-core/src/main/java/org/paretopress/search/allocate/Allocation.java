package org.paretopress.search.allocate;

import org.paretopress.search.space.Assignment;

/**
 * An assignment and how near it is to the best one.
 *
 * @param assignment within every limit
 * @param value what was minimised: its summed error, or its size in bytes
 * @param bound no assignment within the limits has a smaller value than this; at most {@code value}
 */
public record Allocation(Assignment assignment, double value, double bound) {

    /** Relative resolution of a summed error in an integer programme. */
    static final double PRECISION = 1e-9;

    /** How much smaller the best value could be, as a share of this one. */
    public double gap() {
        return value == bound ? 0 : (value - bound) / value;
    }

    /** Whether the solver has proven that nothing better is left, but for a billionth of the value. */
    public boolean optimal() {
        return gap() <= PRECISION;
    }
}
