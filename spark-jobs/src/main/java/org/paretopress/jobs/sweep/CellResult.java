package org.paretopress.jobs.sweep;

import com.fasterxml.jackson.annotation.JsonInclude;

/**
 * What became of a cell.
 *
 * @param run its run directory
 * @param reason why it failed; null otherwise
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record CellResult(String run, State state, String reason) {

    /** Whether there is a result, and where from. */
    public enum State {
        done,
        /** Its result was there, of the same inputs. */
        reused,
        failed
    }
}
