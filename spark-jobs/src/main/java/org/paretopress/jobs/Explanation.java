package org.paretopress.jobs;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.paretopress.kernels.cuda.CudaException;

/**
 * What people are told of a failure.
 *
 * @param cause whose fault it is
 * @param message for people; empty where only a stack trace tells
 */
public record Explanation(Cause cause, String message) {

    /** What decides how a command ends. */
    public enum Cause {
        /** Something the user gave. */
        INPUT,
        /** The application was told to end. */
        INTERRUPT,
        /** The machines, the disks; what was finished is kept. */
        CIRCUMSTANCES,
        /** Anything else: ours. */
        UNKNOWN
    }

    /** What Spark says when the JVM is told to end; the JVM itself gives the exit code then, 130 after an interrupt. */
    private static final String INTERRUPTED = "SparkContext was shut down";

    private static final String DISK_FULL = "No space left on device";

    /** How Spark introduces the message of a task: where it ran, and the class of the exception, that of its cause too where one wraps the other. */
    private static final Pattern TASK_MESSAGE =
            Pattern.compile("(?s)Job aborted .*?executor [^)]*\\): [\\w.$]+: (?:[\\w.$]+(?:Exception|Error): )?");

    /** How Spark introduces what a task says of a GPU that fails. */
    private static final String GPU = CudaException.class.getName() + ": ";

    /** Where Spark says that a task failed, if not in the driver. */
    private static final Pattern HOST = Pattern.compile("\\((\\S+) executor (?!driver)");

    /** As {@link org.paretopress.jobs.storage.Storage} begins, on the driver or in what Spark tells of a task. */
    private static final Pattern STORAGE = Pattern.compile("Cannot access .*");

    /**
     * Explains a failure. By the house rule a message about input names the thing and the value and has a line that starts
     * with "Maybe"; such a message stands alone, whatever it is wrapped in.
     */
    public static Explanation of(Throwable failure) {
        if (failure instanceof RunFailedException) {
            return new Explanation(Cause.CIRCUMSTANCES, failure.getMessage());
        }
        Optional<String> message = causes(failure)
                .filter(cause -> !(cause instanceof IllegalStateException)) // our own fault, whatever its remedy
                .map(Throwable::getMessage)
                .filter(text -> text != null && text.contains("\nMaybe "))
                .reduce((outer, inner) -> inner);
        if (message.isPresent()) {
            boolean ofGpu = says(failure, GPU) || causes(failure).anyMatch(CudaException.class::isInstance);
            return new Explanation(ofGpu ? Cause.CIRCUMSTANCES : Cause.INPUT, excerpt(message.get()));
        }
        if (says(failure, INTERRUPTED)) {
            return new Explanation(
                    Cause.INTERRUPT, "interrupted. What was finished is kept: a run goes on with --resume.");
        }
        if (says(failure, DISK_FULL)) {
            return new Explanation(
                    Cause.CIRCUMSTANCES,
                    "there was no space left to write to" + host(failure) + ". What was finished is kept.\n"
                            + "Maybe make room, or set spark.local.dir to a larger disk; a run that was begun goes on with --resume.");
        }
        return causes(failure)
                .map(cause -> STORAGE.matcher(String.valueOf(cause.getMessage())))
                .filter(Matcher::find)
                .map(
                        matcher -> new Explanation(
                                Cause.CIRCUMSTANCES,
                                matcher.group() + "\nWhat was finished is kept."
                                        + "\nMaybe make room or allow access there; a run that was begun goes on with --resume."))
                .findFirst()
                .orElse(new Explanation(Cause.UNKNOWN, ""));
    }

    private static String host(Throwable failure) {
        return causes(failure)
                .map(cause -> HOST.matcher(String.valueOf(cause.getMessage())))
                .filter(Matcher::find)
                .map(matcher -> " on " + matcher.group(1))
                .findFirst()
                .orElse("");
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
