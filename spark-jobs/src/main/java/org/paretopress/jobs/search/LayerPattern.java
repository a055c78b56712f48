package org.paretopress.jobs.search;

import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.paretopress.jobs.InputException;
import org.paretopress.search.space.Layer;
import org.paretopress.search.space.Level;

/** Names of layers as configurations give them: {@code *} stands for anything. */
final class LayerPattern {

    private LayerPattern() {}

    /**
     * The names that a pattern matches, once it is clear that it means something here.
     *
     * @param key where the pattern stands, for messages
     * @param levels that the configuration names with it
     * @throws InputException if no layer matches, or a level is one of none of the layers that do
     */
    static Predicate<String> of(String key, String pattern, Collection<String> levels, List<Layer> layers) {
        Predicate<String> matches = Pattern.compile(Arrays.stream(pattern.split("\\*", -1))
                        .map(Pattern::quote)
                        .collect(Collectors.joining(".*")))
                .asMatchPredicate();
        List<Layer> matched = layers.stream()
                .filter(layer -> layer.members().stream().anyMatch(matches))
                .toList();
        if (matched.isEmpty()) {
            throw new InputException(
                    key + " names the layers " + pattern + ", and the model has none such.",
                    "write a name such as " + layers.get(0).members().get(0) + ", or a pattern such as *.down_proj.");
        }
        Set<String> known = matched.stream()
                .flatMap(layer -> layer.levels().stream())
                .map(Level::name)
                .collect(Collectors.toCollection(LinkedHashSet::new));
        for (String level : levels) {
            if (!known.contains(level)) {
                throw new InputException(
                        key + "." + pattern + " names the level " + level + ", which none of its layers has.",
                        "choose among " + String.join(", ", known) + ".");
            }
        }
        return matches;
    }
}
