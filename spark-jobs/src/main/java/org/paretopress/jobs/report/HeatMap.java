package org.paretopress.jobs.report;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.paretopress.jobs.run.FrontPoint;

/**
 * The levels of one point, transformer block by projection. A layer whose name does not say where it sits goes to a
 * plain list.
 *
 * @param projections column heads in model order, only those that occur
 * @param rows one row a transformer block, a cell a projection
 * @param others layers outside the grid
 * @param key every level of any point, from the most to the least compressed, with how many layers have it
 */
record HeatMap(List<Projection> projections, List<Row> rows, List<Cell> others, List<Key> key) {

    private static final List<String> MODEL_ORDER =
            List.of("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj");
    /** Block and projection in a layer's name. */
    static final Pattern PLACE = Pattern.compile(
            "(?:.*\\.)?layers\\.(\\d{1,6})\\.(?:self_attn|mlp)\\.(" + String.join("|", MODEL_ORDER) + ")");

    /** A column head in two parts, between which a narrow page may break. */
    record Projection(String stem, String rest) {}

    record Row(int block, List<Cell> cells) {}

    /**
     * @param index position of the layer in {@link #layers}; -1 for a projection that this transformer block lacks
     * @param level name of the level; empty where the point says nothing on this layer
     */
    record Cell(int index, String layer, String level, LevelScale.Shade look) {
        boolean present() {
            return index >= 0;
        }
    }

    record Key(String level, LevelScale.Shade look, long layers) {}

    /** All layers that the points name, in the order in which they do. */
    static List<String> layers(ReportData data) {
        LinkedHashSet<String> layers = new LinkedHashSet<>();
        data.plotted().forEach(point -> layers.addAll(point.assignment().keySet()));
        return List.copyOf(layers);
    }

    static LevelScale scale(ReportData data) {
        return LevelScale.of(
                data.plotted().stream()
                        .flatMap(point -> point.assignment().values().stream())
                        .distinct()
                        .toList(),
                data.setup().bits());
    }

    static HeatMap of(ReportData data, FrontPoint point) {
        LevelScale scale = scale(data);
        Map<Integer, Map<String, Cell>> grid = new TreeMap<>();
        List<Cell> others = new ArrayList<>();
        List<String> layers = layers(data);
        for (int i = 0; i < layers.size(); i++) {
            String level = point.assignment().getOrDefault(layers.get(i), "");
            Cell cell = new Cell(i, layers.get(i), level, scale.shade(level));
            Matcher place = PLACE.matcher(layers.get(i));
            if (!place.matches() || occupied(grid, place, cell)) {
                others.add(cell);
            }
        }
        List<String> projections = MODEL_ORDER.stream()
                .filter(projection -> grid.values().stream().anyMatch(row -> row.containsKey(projection)))
                .toList();
        return new HeatMap(heads(projections), rows(grid, projections), others, key(scale, point));
    }

    /** Puts {@code cell} where its name says; true where another layer already sits there. */
    private static boolean occupied(Map<Integer, Map<String, Cell>> grid, Matcher place, Cell cell) {
        return grid.computeIfAbsent(Integer.valueOf(place.group(1)), block -> new TreeMap<>())
                        .putIfAbsent(place.group(2), cell)
                != null;
    }

    private static List<Projection> heads(List<String> projections) {
        return projections.stream()
                .map(name -> new Projection(name.substring(0, name.indexOf('_')), name.substring(name.indexOf('_'))))
                .toList();
    }

    private static List<Row> rows(Map<Integer, Map<String, Cell>> grid, List<String> projections) {
        Cell absent = new Cell(-1, "", "", new LevelScale.Shade("0", ""));
        return grid.entrySet().stream()
                .map(row -> new Row(
                        row.getKey(),
                        projections.stream()
                                .map(name -> row.getValue().getOrDefault(name, absent))
                                .toList()))
                .toList();
    }

    private static List<Key> key(LevelScale scale, FrontPoint point) {
        return scale.names().stream()
                .map(level -> new Key(
                        level,
                        scale.shade(level),
                        point.assignment().values().stream()
                                .filter(level::equals)
                                .count()))
                .toList();
    }
}
