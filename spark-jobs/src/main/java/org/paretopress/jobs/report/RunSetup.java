package org.paretopress.jobs.report;

import java.util.List;
import java.util.Map;
import org.paretopress.jobs.config.ConfigReader;
import org.paretopress.jobs.config.RunConfig.Search;
import org.paretopress.jobs.run.RunDirectory;

/**
 * What a run was told to do, as far as a report names it.
 *
 * @param configuration as YAML; empty where it is not known
 * @param strategy what searches
 * @param loss what the search minimises, with its unit
 * @param bits what levels take
 */
public record RunSetup(String configuration, String strategy, String loss, LevelBits bits) {

    private static final String KL = "KL, nats per token";

    /** Whether the search minimises the divergence that reports give. */
    boolean isKl() {
        return loss.equals(KL);
    }

    /** @param configuration as YAML */
    public RunSetup(String configuration, String strategy) {
        this(configuration, strategy, KL, new LevelBits(Map.of()));
    }

    static RunSetup of(RunDirectory run) {
        Search search =
                new ConfigReader().read(run.name(), run.config(), List.of()).search();
        String loss =
                switch (search.fitness()) {
                    case kl -> KL;
                    case sparseKl -> "KL over the most probable tokens, nats per token";
                    case perplexity -> "perplexity";
                };
        return new RunSetup(run.config(), search.strategy().name(), loss, new LevelBits(run.levelBits()));
    }
}
