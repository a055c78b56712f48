package org.paretopress.jobs.report;

import java.util.function.Supplier;
import org.paretopress.jobs.run.Progress;
import org.paretopress.jobs.run.RunDirectory;

/**
 * A page as it is now.
 *
 * @param version changes when the page does
 */
public record LivePage(String version, Supplier<String> html) {

    /** The report of a run that goes on, with what is known so far. */
    public static LivePage ofRunning(RunDirectory run, String name, Progress progress) {
        String now = progress.now().isEmpty() ? "it begins" : progress.now();
        return ofUnfinished(run, name, "The search goes on: " + now + ".");
    }

    /** The report of a run that failed, with what was known by then. */
    public static LivePage ofFailed(RunDirectory run, String name, String reason) {
        return ofUnfinished(run, name, "The search has failed: " + reason);
    }

    private static LivePage ofUnfinished(RunDirectory run, String name, String now) {
        LiveNote note = LiveNote.of(now, run.version(), run.reportFile().toString());
        return new LivePage(note.version(), () -> new RunReport().live(run, name, note));
    }

    /** The report of a run that has ended, from its directory. */
    public static LivePage ofFinished(RunDirectory run) {
        return new LivePage(LiveNote.of("", run.version(), "").version(), run::report);
    }
}
