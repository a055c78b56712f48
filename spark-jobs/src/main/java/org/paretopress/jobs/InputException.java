package org.paretopress.jobs;

/**
 * Something the user gave cannot be used: an argument, a configuration key, a file. Ends the command with exit code 2 and
 * this message alone.
 */
public class InputException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /**
     * @param finding names the thing and the value
     * @param remedy completes a sentence that starts with "Maybe"
     */
    public InputException(String finding, String remedy) {
        super(finding + "\nMaybe " + remedy);
    }
}
