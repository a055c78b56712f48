package org.paretopress.jobs.cli;

import java.util.Optional;
import java.util.function.Function;
import org.paretopress.jobs.report.LivePage;
import org.paretopress.jobs.report.ReportServer;
import org.paretopress.jobs.run.Progress;
import picocli.CommandLine.Option;

/** Shows the report in a browser while the command runs, where that is asked for. */
final class ServeOption implements AutoCloseable {

    @Option(
            names = "--serve",
            paramLabel = "[HOST:]PORT",
            description = "Show the report in a browser while it is made; port 0 takes any that is free.")
    private String address;

    private ReportServer server;

    ServeOption open(Progress progress) {
        if (address != null) {
            server = ReportServer.open(address);
            progress.say("Live report: " + server.address());
        }
        return this;
    }

    /** @param pages by path, {@code /} for the first */
    void show(Function<String, Optional<LivePage>> pages) {
        if (server != null) {
            server.show(pages);
        }
    }

    @Override
    public void close() {
        if (server != null) {
            server.close();
        }
    }
}
