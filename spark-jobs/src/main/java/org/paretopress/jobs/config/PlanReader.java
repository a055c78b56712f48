package org.paretopress.jobs.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.paretopress.jobs.InputException;
import org.paretopress.jobs.storage.Digest;

/** Reads sweep plans; each cell of one is checked as a run configuration is. */
public final class PlanReader {

    private static final String OUTPUT = "output";
    private static final String STRATEGY = "search.strategy";
    private static final List<String> KEYS = List.of("base", "matrix", OUTPUT, "concurrency");
    private static final int MOST_CELLS = 10_000;
    private static final int LONGEST_NAME = 120;
    private static final int CONCURRENCY = 4;

    private final ConfigReader configs = new ConfigReader();

    /**
     * Reads a plan.
     *
     * @param name of the file, for messages
     * @param text its contents
     * @param overrides {@code dotted.key=value} for the base; the matrix wins over them
     * @param opener gives the text of a configuration that the plan names by its path
     */
    public SweepPlan read(String name, String text, List<String> overrides, UnaryOperator<String> opener) {
        ObjectNode plan = configs.root(name, text);
        plan.fieldNames().forEachRemaining(key -> {
            if (!KEYS.contains(key)) {
                throw new InputException(
                        name + ": unknown key '" + key + "'; known here: " + String.join(", ", KEYS) + ".",
                        "it belongs into base.");
            }
        });
        if (!(plan.get(OUTPUT) instanceof TextNode output)) {
            throw new InputException(name + ": output is missing.", "write the folder that the runs go to.");
        }
        ObjectNode base = base(name, plan.get("base"), opener);
        overrides.forEach(override -> configs.override(base, override));
        boolean isSet = overrides.stream().anyMatch(override -> override.startsWith(OUTPUT + "="));
        if (isSet || plan.path("matrix").has(OUTPUT)) {
            throw new InputException(
                    (isSet ? "--set" : name + ": matrix")
                            + " names an output, but the plan's has a folder for each cell.",
                    "change output in " + name + ".");
        }
        List<ObjectNode> combinations = combinations(name, plan.get("matrix"));
        List<SweepPlan.Cell> cells = new ArrayList<>();
        Map<String, JsonNode> taken = new HashMap<>();
        for (ObjectNode values : combinations) {
            SweepPlan.Cell cell = cell(name, base, values, output.asText());
            if (taken.put(cell.name(), values) != null) {
                throw new InputException(
                        name + ": two cells of the matrix are both " + cell.name() + ".", "a value is there twice.");
            }
            cells.add(cell);
        }
        return new SweepPlan(output.asText(), concurrency(name, plan.get("concurrency")), cells);
    }

    private ObjectNode base(String name, JsonNode base, UnaryOperator<String> opener) {
        if (base instanceof TextNode path) {
            return configs.root(path.asText(), opener.apply(path.asText()));
        }
        if (base instanceof ObjectNode inline) {
            return inline.deepCopy();
        }
        throw new InputException(name + ": base is missing.", "write a run configuration, or the path of one.");
    }

    /** Every combination, as dotted keys and values. */
    private static List<ObjectNode> combinations(String name, JsonNode matrix) {
        if (!(matrix instanceof ObjectNode axes) || axes.isEmpty()) {
            throw new InputException(
                    name + ": matrix is missing.",
                    "write keys of the configuration with lists, such as search.seed: [0, 1].");
        }
        List<ObjectNode> combinations = new ArrayList<>(List.of(axes.objectNode()));
        for (Map.Entry<String, JsonNode> axis : axes.properties()) {
            if (!axis.getValue().isArray() || axis.getValue().isEmpty()) {
                throw new InputException(
                        name + ": matrix." + axis.getKey() + " = " + axis.getValue() + " is no list of values.",
                        "write [" + axis.getValue().asText("…") + "].");
            }
            List<ObjectNode> longer = new ArrayList<>();
            for (ObjectNode combination : combinations) {
                for (JsonNode value : axis.getValue()) {
                    longer.add(combination.deepCopy().set(axis.getKey(), value));
                }
            }
            if (longer.size() > MOST_CELLS) {
                throw new InputException(
                        name + ": matrix has more than " + MOST_CELLS + " cells.", "split it into several sweeps.");
            }
            combinations = longer;
        }
        return combinations;
    }

    private SweepPlan.Cell cell(String name, ObjectNode base, ObjectNode values, String output) {
        ObjectNode root = base.deepCopy();
        leaveOutIgnored(root, values.get(STRATEGY));
        values.properties().forEach(value -> ConfigReader.set(root, value.getKey(), value.getValue()));
        String cell = cellName(values);
        root.put(OUTPUT, output + "/" + cell);
        return new SweepPlan.Cell(cell, configs.config(name + ", cell " + cell, "", root));
    }

    /** A base that says how to evolve serves cells of other strategies too. */
    private static void leaveOutIgnored(ObjectNode base, JsonNode strategy) {
        Arrays.stream(RunConfig.Strategy.values())
                .filter(one -> strategy != null && one.name().equals(strategy.asText()))
                .forEach(one -> base.withObject("/search").remove(SearchRules.ignoredBy(one)));
    }

    /** Such as {@code averageBits=3,seed=0}; what is no plain value is named by a digest of it. */
    private static String cellName(ObjectNode values) {
        List<String> parts = new ArrayList<>();
        for (Map.Entry<String, JsonNode> value : values.properties()) {
            String key = value.getKey().substring(value.getKey().lastIndexOf('.') + 1);
            JsonNode one = value.getValue();
            String plain = one.asText().replaceFirst("/+$", "");
            String last = plain.substring(plain.lastIndexOf('/') + 1);
            boolean readable = one.isValueNode() && last.matches("[A-Za-z0-9._+-]{1,40}") && last.equals(plain);
            parts.add(key + "=" + (readable ? last : described(one, last)));
        }
        String name = String.join(",", parts);
        return name.length() <= LONGEST_NAME ? name : digest(name);
    }

    private static String described(JsonNode value, String last) {
        boolean isPath = value.isTextual() && last.matches("[A-Za-z0-9._+-]{1,40}");
        return (isPath ? last + "-" : "") + digest(value.toString());
    }

    private static String digest(String text) {
        return Digest.ofText(text).substring(0, 8);
    }

    private static int concurrency(String name, JsonNode value) {
        if (value == null) {
            return CONCURRENCY;
        }
        if (!value.isInt() || value.intValue() < 1) {
            throw new InputException(name + ": concurrency = " + value + " cannot be used.", "write 1 or more.");
        }
        return value.intValue();
    }
}
