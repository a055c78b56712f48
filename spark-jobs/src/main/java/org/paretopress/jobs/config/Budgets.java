package org.paretopress.jobs.config;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.paretopress.jobs.InputException;

/**
 * The sizes to search at: {@code {averageBits: 3}}, {@code {averageBits: [2.5, 3]}}, {@code {bytes: 12MB}},
 * {@code {ratio: 0.25}}, {@code {sparsity: 0.7}}, {@code {dropBlocks: 3}}, {@code {layerwiseError: 0.01}}, or a list of such.
 */
public record Budgets(List<Entry> entries) {

    /** How a size is given. */
    public enum Kind {
        /** Mean nominal bit-width over the compressible weights. */
        averageBits,
        /** Bytes of the whole model. */
        bytes,
        /** Share of the dense model's bytes. */
        ratio,
        /** Share of the compressible weights that are pruned, where sparsity is all that is searched over. */
        sparsity,
        /** Transformer blocks' worth of bytes that are dropped, where depth is all that is searched over. */
        dropBlocks,
        /** The least bytes that an allocation needs for a sum of layer errors of at most this. */
        layerwiseError
    }

    /** One size: bits, bytes or a share, as the kind says. */
    public record Entry(Kind kind, double value) {}

    private static final Pattern BYTES =
            Pattern.compile("([0-9]+(?:\\.[0-9]+)?)\\s*([KMGT]?i?)B?", Pattern.CASE_INSENSITIVE);
    private static final Map<String, Double> UNITS = Map.of(
            "", 1.0, "k", 1e3, "m", 1e6, "g", 1e9, "t", 1e12, "ki", 0x1p10, "mi", 0x1p20, "gi", 0x1p30, "ti", 0x1p40);

    static Budgets averageBits(double value) {
        return new Budgets(List.of(new Entry(Kind.averageBits, value)));
    }

    @JsonCreator
    static Budgets parse(JsonNode node) {
        List<Entry> entries = new ArrayList<>();
        for (JsonNode item : node.isArray() ? node : List.of(node)) {
            if (!item.isObject() || item.size() != 1) {
                throw new InputException("search.budget = " + node + " is no budget.", "write {averageBits: 3.0}.");
            }
            item.properties().forEach(field -> add(entries, field.getKey(), field.getValue()));
        }
        if (entries.isEmpty()) {
            throw new InputException("search.budget is empty.", "write {averageBits: 3.0}.");
        }
        return new Budgets(List.copyOf(entries));
    }

    private static void add(List<Entry> entries, String kind, JsonNode value) {
        for (JsonNode item : value.isArray() ? value : List.of(value)) {
            entries.add(new Entry(kind(kind), value(kind, item)));
        }
    }

    private static Kind kind(String name) {
        try {
            return Kind.valueOf(name);
        } catch (IllegalArgumentException e) {
            throw new InputException(
                    "search.budget." + name + " is unknown.", "use one of " + List.of(Kind.values()) + ".");
        }
    }

    private static double value(String kind, JsonNode node) {
        if (node.isNumber() && node.asDouble() > 0) {
            return node.asDouble();
        }
        Matcher matcher = BYTES.matcher(node.asText().strip());
        if (kind.equals(Kind.bytes.name()) && matcher.matches()) {
            return Double.parseDouble(matcher.group(1))
                    * UNITS.get(matcher.group(2).toLowerCase(Locale.ROOT));
        }
        throw new InputException(
                "search.budget." + kind + " = " + node + " is no size.",
                "write a positive number"
                        + (kind.equals(Kind.bytes.name()) ? ", or one with a unit such as 12MB." : "."));
    }

    /** The form that {@link #parse} reads back. */
    @JsonValue
    List<ObjectNode> toJson() {
        ObjectMapper mapper = new ObjectMapper();
        return entries.stream()
                .map(entry -> mapper.createObjectNode().put(entry.kind().name(), entry.value()))
                .toList();
    }
}
