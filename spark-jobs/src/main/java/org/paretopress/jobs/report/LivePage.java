package org.paretopress.jobs.report;

import java.nio.charset.StandardCharsets;
import java.util.UUID;
import java.util.function.Supplier;
import org.paretopress.jobs.run.Progress;
import org.paretopress.jobs.run.RunDirectory;

/**
 * A page as it is now.
 *
 * @param version changes when the page does
 * @param isLast whether it will not change any more
 */
public record LivePage(String version, boolean isLast, Supplier<String> html) {

    /** The report of a run that goes on, with what is known so far. */
    public static LivePage ofRunning(RunDirectory run, String name, Progress progress) {
        String now = progress.now();
        String version = digest(run.version() + now);
        return new LivePage(version, false, () -> new RunReport().live(ReportData.unfinished(run, name), now, version));
    }

    /** The report of a run that has ended, from its directory. */
    public static LivePage ofFinished(RunDirectory run) {
        return new LivePage(digest(run.version()), true, run::report);
    }

    private static String digest(String version) {
        return UUID.nameUUIDFromBytes(version.getBytes(StandardCharsets.UTF_8)).toString();
    }
}
