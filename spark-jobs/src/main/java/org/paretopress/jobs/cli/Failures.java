package org.paretopress.jobs.cli;

import java.io.PrintWriter;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.paretopress.jobs.RunFailedException;
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

    private static final String DISK_FULL = "No space left on device";

    /** How Spark introduces the message of a task: where it ran, and the class of the exception, that of its cause too where one wraps the other. */
    private static final Pattern TASK_MESSAGE =
            Pattern.compile("(?s)Job aborted .*?executor [^)]*\\): [\\w.$]+: (?:[\\w.$]+(?:Exception|Error): )?");

    /** As {@link org.paretopress.jobs.storage.Storage} begins, on the driver or in what Spark tells of a task. */
    private static final Pattern STORAGE = Pattern.compile("Cannot access .*");

    @Override
    public int handleExecutionException(Exception failure, CommandLine command, CommandLine.ParseResult arguments) {
        PrintWriter err = command.getErr();
        if (failure instanceof RunFailedException) {
            err.println(command.getColorScheme().errorText("paretopress: " + failure.getMessage()));
            return FAILED;
        }
        Optional<String> message = causes(failure)
                .filter(cause -> !(cause instanceof IllegalStateException)) // our own fault, whatever its remedy
                .map(Throwable::getMessage)
                .filter(text -> text != null && text.contains("\nMaybe "))
                .reduce((outer, inner) -> inner);
        if (message.isPresent()) {
            err.println(command.getColorScheme().errorText("paretopress: " + excerpt(message.get())));
            return BAD_INPUT;
        }
        if (says(failure, INTERRUPTED)) {
            err.println("paretopress: interrupted. What was finished is kept: go on with --resume.");
            return FAILED;
        }
        if (says(failure, DISK_FULL)) {
            err.println("paretopress: there was no space left to write to. What was finished is kept.\n"
                    + "Maybe make room, or set spark.local.dir to a larger disk, and go on with --resume.");
            return FAILED;
        }
        Optional<String> storage = causes(failure)
                .map(cause -> STORAGE.matcher(String.valueOf(cause.getMessage())))
                .filter(Matcher::find)
                .map(Matcher::group)
                .findFirst();
        if (storage.isPresent()) {
            err.println("paretopress: " + storage.get() + "\nWhat was finished is kept."
                    + "\nMaybe make room there, or allow what was asked for, and go on with --resume.");
            return FAILED;
        }
        failure.printStackTrace(err);
        return FAILED;
    }

    private static boolean says(Throwable failure, String text) {
        return causes(failure)
                .anyMatch(cause -> String.valueOf(cause.getMessage()).contains(text));
    }

    private static Stream<Throwable> causes(Throwable failure) {
        return Stream.iterate(failure, cause -> cause != null, Throwable::getCause);
    }

    /** Up to the line of the remedy; of what Spark tells of a task, from where the task's own message starts. */
    private static String excerpt(String message) {
        int end = message.indexOf('\n', message.indexOf("\nMaybe ") + 1);
        String text = end < 0 ? message : message.substring(0, end);
        Matcher task = TASK_MESSAGE.matcher(text);
        return task.lookingAt() ? text.substring(task.end()) : text;
    }
}
