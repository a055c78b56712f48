package org.paretopress.search.space;

/** A budget that no assignment of the search space can meet. The message holds the reachable interval. */
public final class UnreachableBudgetException extends IllegalArgumentException {

    private static final long serialVersionUID = 1L;

    public UnreachableBudgetException(String message) {
        super(message);
    }
}
