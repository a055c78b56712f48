package org.paretopress.kernels.export;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The text configuration that the published EvoPress tools exchange: {@code layer: level} a line, or for dropped blocks
 * one line a block with what it loses ({@code none}, {@code attn}, {@code mlp} or {@code attn+mlp}).
 *
 * @param levels level text by layer name, or by block number for dropped blocks, in the order of the file
 */
public record EvoPressConfig(Map<String, String> levels) {

    private static final List<String> DROPS = List.of("none", "attn", "mlp", "attn+mlp");

    /** @throws IllegalArgumentException naming the line that is neither form */
    public static EvoPressConfig parse(List<String> lines) {
        Map<String, String> levels = new LinkedHashMap<>();
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i).strip();
            int colon = line.lastIndexOf(':');
            if (colon > 0) {
                levels.put(
                        line.substring(0, colon).strip(),
                        line.substring(colon + 1).strip());
            } else if (DROPS.contains(line)) {
                levels.put(Integer.toString(levels.size()), line);
            } else if (!line.isEmpty()) {
                throw new IllegalArgumentException(
                        "Line " + (i + 1) + ", '" + line + "', is neither 'layer: level' nor " + DROPS
                                + ".\nMaybe the file is not an EvoPress configuration.");
            }
        }
        return new EvoPressConfig(levels);
    }

    /** The levels as whole numbers: bits, or steps of sparsity around the average. */
    public Map<String, Integer> numbers() {
        Map<String, Integer> numbers = new LinkedHashMap<>();
        levels.forEach((layer, level) -> numbers.put(layer, Integer.parseInt(level)));
        return numbers;
    }

    /** The text that {@link #parse} reads. */
    public String text() {
        return levels.entrySet().stream()
                .map(e -> DROPS.contains(e.getValue()) ? e.getValue() : e.getKey() + ": " + e.getValue())
                .collect(Collectors.joining("\n", "", "\n"));
    }
}
