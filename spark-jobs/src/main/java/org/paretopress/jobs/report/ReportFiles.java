package org.paretopress.jobs.report;

import java.util.Optional;
import org.paretopress.jobs.input.FinishedRun;
import org.paretopress.jobs.run.Progress;
import org.paretopress.jobs.run.RunDirectory;

/** Makes the report of a finished run from the files in its directory. */
public final class ReportFiles {

    private final Progress progress;

    public ReportFiles(Progress progress) {
        this.progress = progress;
    }

    /**
     * Writes {@code report.html}, {@code front.svg} and {@code front.png}; the first alone where nothing can be drawn.
     *
     * @param name of the run, as the command line takes it
     */
    public void write(FinishedRun run, String name) {
        RunDirectory directory = run.directory();
        ReportData data = new ReportData(
                name,
                directory.front(),
                directory.baselines(),
                directory.generations(),
                directory.provenance(),
                RunSetup.of(directory),
                run.point("knee").id());
        Optional<Pictures> pictures = pictures(data);
        directory.writeReport(new RunReport().html(data, pictures));
        pictures.ifPresent(both -> directory.writePictures(both.svg(), both.png()));
    }

    private Optional<Pictures> pictures(ReportData data) {
        try {
            return Optional.of(new FrontChart().draw(data));
        } catch (IllegalStateException e) { // a machine without fonts
            progress.say(e.getMessage());
            return Optional.empty();
        }
    }
}
