package org.paretopress.jobs.report;

import java.util.regex.Pattern;
import org.paretopress.jobs.run.FrontPoint;

/** The command that takes a point, safe to paste into a POSIX shell whatever the names contain. */
final class ExportCommand {

    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_./:=@%+,][A-Za-z0-9_./:=@%+,-]*");

    private ExportCommand() {}

    /** As GGUF where that holds the point's levels as they were searched, else as a Hugging Face folder. */
    static String of(String run, FrontPoint point) {
        boolean ggml = point.assignment().values().stream().allMatch(level -> level.matches("Q\\d_.|dense|drop"));
        return "submit/paretopress export " + quoted(run) + " --point " + quoted(point.id())
                + (ggml ? " --format gguf --to FILE.gguf" : " --format hf --to FOLDER");
    }

    private static String quoted(String word) {
        return PLAIN.matcher(word).matches() ? word : "'" + word.replace("'", "'\\''") + "'";
    }
}
