package org.paretopress.jobs;

/**
 * A run cannot go on, though nothing that the user gave is wrong: ends the command with exit code 1 and this message alone. What
 * was finished is kept.
 */
public class RunFailedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /**
     * @param finding names the thing and the value
     * @param remedy completes a sentence that starts with "Maybe"
     */
    public RunFailedException(String finding, String remedy) {
        super(finding + "\nMaybe " + remedy);
    }
}
