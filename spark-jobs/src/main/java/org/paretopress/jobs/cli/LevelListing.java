package org.paretopress.jobs.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.paretopress.kernels.levels.LevelManifest;

/** What each level of each layer costs and loses, from the manifest of a level database. */
final class LevelListing {

    private LevelListing() {}

    static Map<String, Object> document(LevelManifest manifest) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("model", manifest.model().name());
        document.put("methods", manifest.methods());
        document.put("layers", manifest.layers());
        return document;
    }

    static String text(LevelManifest manifest) {
        StringBuilder text = new StringBuilder();
        text.append("Levels of ").append(manifest.model().name()).append(", made by\n");
        manifest.methods().forEach(method -> text.append("  ").append(method).append('\n'));
        text.append("Errors are shares of the layer's squared weights and of its mean squared output.\n");
        manifest.layers().forEach(layer -> layer(text, layer));
        return text.toString().stripTrailing();
    }

    private static void layer(StringBuilder text, LevelManifest.Layer layer) {
        line(
                text,
                "%n%s, %d × %d, %,d bytes as it is",
                layer.name(),
                layer.rows(),
                layer.columns(),
                layer.denseSizeInBytes());
        if (layer.levels().isEmpty()) {
            line(text, "  stays as it is");
            return;
        }
        line(text, "  %-24s %8s %14s %14s %14s", "level", "bits", "bytes", "weight error", "output error");
        List<LevelManifest.Level> levels = layer.levels();
        for (LevelManifest.Level level : levels) {
            line(
                    text,
                    "  %-24s %8.3f %,14d %14.8f %14.8f",
                    level.name(),
                    level.bits(),
                    level.sizeInBytes(),
                    level.weightError(),
                    level.relativeOutputError());
        }
    }

    private static void line(StringBuilder text, String format, Object... values) {
        text.append(String.format(Locale.ROOT, format, values)).append('\n');
    }
}
