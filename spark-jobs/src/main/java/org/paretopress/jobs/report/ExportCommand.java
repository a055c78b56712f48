package org.paretopress.jobs.report;

import java.util.regex.Pattern;

/** The command that takes a point, safe to paste into a POSIX shell whatever the names contain. */
final class ExportCommand {

    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_./:=@%+,][A-Za-z0-9_./:=@%+,-]*");

    private ExportCommand() {}

    static String of(String run, String pointId) {
        return "submit/paretopress export " + quoted(run) + " --point " + quoted(pointId) + " --format hf --to PATH";
    }

    private static String quoted(String word) {
        return PLAIN.matcher(word).matches() ? word : "'" + word.replace("'", "'\\''") + "'";
    }
}
