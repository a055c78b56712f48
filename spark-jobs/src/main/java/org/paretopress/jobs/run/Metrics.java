package org.paretopress.jobs.run;

import java.util.Locale;
import java.util.Map;

/**
 * What a run has done so far, in the text format of Prometheus (version 0.0.4), for the textfile collector of its node exporter
 * or anything else that reads it.
 *
 * @param run name of the run, which labels every number
 * @param infeasible candidates that could not be scored
 * @param caches further counts by name, in camel case
 */
public record Metrics(String run, Work work, long infeasible, Map<String, Long> caches) {

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        counter(text, "candidates", "Candidates scored, once a minibatch.", work.evaluations());
        counter(text, "tokens", "Tokens that candidates were scored on.", work.tokensEvaluated());
        counter(text, "blockForwards", "Runs of a transformer block over a sequence.", work.blockForwardsDone());
        counter(text, "blockForwardsSaved", "Those that were known or shared.", work.blockForwardsSaved());
        counter(text, "infeasible", "Candidates that could not be scored.", infeasible);
        caches.forEach((name, value) -> counter(text, name, "Caches of executors, since the process began.", value));
        return text.toString();
    }

    private void counter(StringBuilder text, String name, String help, long value) {
        String metric = "paretopress_" + name.replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT) + "_total";
        String label = run.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
        text.append("# HELP ").append(metric).append(' ').append(help).append('\n');
        text.append("# TYPE ").append(metric).append(" counter\n");
        text.append(metric)
                .append("{run=\"")
                .append(label)
                .append("\"} ")
                .append(value)
                .append('\n');
    }
}
