package org.paretopress.jobs.cli;

import java.io.PrintWriter;
import org.paretopress.jobs.Explanation;
import picocli.CommandLine;

/** Turns what went wrong into a message and an exit code; what nothing explains, into its stack trace. */
final class Failures implements CommandLine.IExecutionExceptionHandler {

    static final int FAILED = 1;
    static final int BAD_INPUT = 2;

    @Override
    public int handleExecutionException(Exception failure, CommandLine command, CommandLine.ParseResult arguments) {
        PrintWriter err = command.getErr();
        Explanation explanation = Explanation.of(failure);
        switch (explanation.cause()) {
            case INPUT -> err.println(command.getColorScheme().errorText("paretopress: " + explanation.message()));
            case INTERRUPT, CIRCUMSTANCES -> err.println("paretopress: " + explanation.message());
            case UNKNOWN -> failure.printStackTrace(err);
        }
        return explanation.cause() == Explanation.Cause.INPUT ? BAD_INPUT : FAILED;
    }
}
