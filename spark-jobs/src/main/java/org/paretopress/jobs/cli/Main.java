package org.paretopress.jobs.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The entry point of {@code submit/paretopress}. */
@Command(
        name = "paretopress",
        description = "Searches for the best non-uniform compression of a language model.",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            InspectCommand.class,
            LevelsCommand.class,
            SearchCommand.class,
            SweepCommand.class,
            EvaluateCommand.class,
            ExportCommand.class,
            RandomModelCommand.class,
            ReportCommand.class,
            BenchCommand.class
        })
public final class Main {

    public static void main(String[] arguments) {
        int code = run(arguments);
        if (code != 0) { // YARN takes a driver that calls for its end for one that failed
            System.exit(code);
        }
    }

    /**
     * Runs a command.
     *
     * @return 0 done, 1 a failure while running, 2 bad usage, configuration or input
     */
    public static int run(String... arguments) {
        return new CommandLine(new Main())
                .setExecutionExceptionHandler(new Failures())
                .setParameterExceptionHandler(new UsageMistakes())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .execute(arguments);
    }

    /** The version that the build wrote into the jar. */
    static final class Version implements CommandLine.IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = Main.class.getPackage().getImplementationVersion();
            return new String[] {"paretopress " + (version == null ? "(development)" : version)};
        }
    }
}
