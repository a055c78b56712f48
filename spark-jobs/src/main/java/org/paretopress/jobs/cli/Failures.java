package org.paretopress.jobs.cli;

import java.io.PrintWriter;
import java.util.Optional;
import java.util.stream.Stream;
import picocli.CommandLine;

/**
 * Turns what went wrong into a message and an exit code.
 *
 * <p>By the house rule a message about input names the thing and the value and has a line that starts with "Maybe"; such a
 * message ends the command with 2 and stands alone. Anything else is a failure of the run: 1, with its stack trace.
 */
final class Failures implements CommandLine.IExecutionExceptionHandler {

    static final int FAILED = 1;
    static final int BAD_INPUT = 2;

    /** What Spark says when the JVM is told to end; the JVM itself gives the exit code then, 130 after an interrupt. */
    private static final String INTERRUPTED = "SparkContext was shut down";

    @Override
    public int handleExecutionException(Exception failure, CommandLine command, CommandLine.ParseResult arguments) {
        PrintWriter err = command.getErr();
        Optional<String> message = causes(failure)
                .filter(cause -> !(cause instanceof IllegalStateException)) // our own fault, whatever its remedy
                .map(Throwable::getMessage)
                .filter(text -> text != null && text.contains("\nMaybe "))
                .reduce((outer, inner) -> inner);
        if (message.isPresent()) {
            err.println(command.getColorScheme().errorText("paretopress: " + excerpt(message.get())));
            return BAD_INPUT;
        }
        if (causes(failure).anyMatch(cause -> String.valueOf(cause.getMessage()).contains(INTERRUPTED))) {
            err.println("paretopress: interrupted. What was finished is kept: go on with --resume.");
            return FAILED;
        }
        failure.printStackTrace(err);
        return FAILED;
    }

    private static Stream<Throwable> causes(Throwable failure) {
        return Stream.iterate(failure, cause -> cause != null, Throwable::getCause);
    }

    /** Spark puts the messages of tasks into its own: up to the line of the remedy, from where the finding starts. */
    private static String excerpt(String message) {
        int remedy = message.indexOf("\nMaybe ");
        int end = message.indexOf('\n', remedy + 1);
        String text = end < 0 ? message : message.substring(0, end);
        int start = text.lastIndexOf("Exception: ");
        return start < 0 ? text : text.substring(start + "Exception: ".length());
    }
}
