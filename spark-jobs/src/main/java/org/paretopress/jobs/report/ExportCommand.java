package org.paretopress.jobs.report;

import java.util.Collection;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.paretopress.jobs.run.FrontPoint;

/**
 * A command that takes a point, safe to paste into a POSIX shell whatever the names contain.
 *
 * @param format that it writes
 */
record ExportCommand(String format, String text) {

    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_./:=@%+,][A-Za-z0-9_./:=@%+,-]*");

    private static final List<String> FORMATS = List.of("gguf", "hf", "compressed-tensors", "evopress");

    /** One a format, that first which comes nearest to the point's size with the levels as they were searched. */
    static List<ExportCommand> of(String run, FrontPoint point) {
        Collection<String> levels = point.assignment().values();
        String first = levels.stream().allMatch(level -> level.matches("Q\\d_.|dense|drop"))
                ? "gguf"
                : levels.stream().allMatch(level -> level.matches("\\d|dense")) ? "compressed-tensors" : "hf";
        return Stream.concat(Stream.of(first), FORMATS.stream().filter(format -> !format.equals(first)))
                .map(format -> new ExportCommand(
                        format,
                        "submit/paretopress export " + quoted(run) + " --point=" + quoted(point.id()) + " --format="
                                + format + " --to=" + quoted(target(run, point.id(), format))))
                .toList();
    }

    /** A name in the folder where the command runs. */
    private static String target(String run, String point, String format) {
        String name = run.replaceFirst("/+$", "").replaceFirst(".*/", "") + "-" + point.replace('/', '_');
        return switch (format) {
            case "gguf" -> name + ".gguf";
            case "evopress" -> name + ".txt";
            default -> name + "-" + format;
        };
    }

    /** One word for a shell. */
    static String quoted(String word) {
        return PLAIN.matcher(word).matches() ? word : "'" + word.replace("'", "'\\''") + "'";
    }
}
