package org.paretopress.jobs.cli;

import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine;

/** Tells of a command line that cannot be understood: one message by the house rule, in place of the whole usage. */
final class UsageMistakes implements CommandLine.IParameterExceptionHandler {

    @Override
    public int handleParseException(CommandLine.ParameterException mistake, String[] arguments) {
        CommandLine command = mistake.getCommandLine();
        String message = "paretopress: " + finding(mistake) + "\nMaybe " + remedy(mistake);
        command.getErr().println(command.getColorScheme().errorText(message));
        return Failures.BAD_INPUT;
    }

    private static String finding(CommandLine.ParameterException mistake) {
        CommandLine command = mistake.getCommandLine();
        if (mistake instanceof CommandLine.UnmatchedArgumentException unmatched
                && command.getParent() == null
                && !unmatched.isUnknownOption()) {
            return "There is no command '" + unmatched.getUnmatched().get(0) + "'.";
        }
        if (command.getParent() == null && !(mistake instanceof CommandLine.UnmatchedArgumentException)) {
            return "A COMMAND is missing: one of "
                    + String.join(", ", command.getSubcommands().keySet()) + ".";
        }
        String text = mistake.getMessage().replaceFirst("^Error: ", "").strip();
        return text.endsWith(".") ? text : text + ".";
    }

    private static String remedy(CommandLine.ParameterException mistake) {
        List<String> suggestions = mistake instanceof CommandLine.UnmatchedArgumentException unmatched
                ? unmatched.getSuggestions()
                : List.of();
        if (suggestions.isEmpty()) {
            return "see " + mistake.getCommandLine().getCommandSpec().qualifiedName() + " --help.";
        }
        return suggestions.stream().limit(3).collect(Collectors.joining("' or '", "'", "' was meant."));
    }
}
