package org.paretopress.jobs.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.paretopress.jobs.config.LevelsConfig;
import org.paretopress.jobs.input.LevelFolder;
import org.paretopress.jobs.input.SourceModel;
import org.paretopress.jobs.levels.LevelPlan;
import org.paretopress.jobs.storage.Storage;
import org.paretopress.kernels.levels.LevelManifest;
import org.paretopress.kernels.model.ModelConfig;
import org.paretopress.search.space.SearchSpace;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "inspect",
        description = {
            "Show a model's layers and the sizes that quantization can reach;",
            "with --levels what each level of each layer costs and loses."
        })
final class InspectCommand implements Callable<Integer> {

    @Mixin
    private SharedOptions shared;

    @Parameters(paramLabel = "MODEL", description = "Folder of the model.")
    private String model;

    @Option(names = "--bits", split = ",", defaultValue = "2,3,4,5,6", description = "Bit-widths (${DEFAULT-VALUE}).")
    private List<Integer> bits;

    @Option(names = "--group-size", defaultValue = "64", description = "Weights that share a scale (${DEFAULT-VALUE}).")
    private int groupSize;

    @Option(
            names = "--levels",
            paramLabel = "FOLDER",
            description = "A level database of this model, or a run that has one.")
    private String levels;

    @Override
    public Integer call() {
        Storage storage = shared.storage();
        SourceModel source = SourceModel.open(storage, model);
        if (levels != null) {
            LevelManifest manifest = LevelFolder.open(storage, levels, source).manifest();
            shared.answer(LevelListing.document(manifest), LevelListing.text(manifest));
            return 0;
        }
        SearchSpace space = LevelPlan.of(
                        LevelsConfig.quantization(bits, groupSize),
                        source.file().config())
                .space(source.file());
        shared.answer(document(source, space), lines(source, space));
        return 0;
    }

    private Map<String, Object> document(SourceModel source, SearchSpace space) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("model", source.name());
        document.put("sha256", source.sha256());
        document.put("parameters", parameters(source));
        document.put("sizeInBytes", source.file().sizeInBytes());
        document.put("fixedSizeInBytes", source.file().fixedSizeInBytes());
        document.put("smallestSizeInBytes", space.smallestSizeInBytes());
        document.put("largestSizeInBytes", space.largestSizeInBytes());
        document.put("layers", source.file().config().layers());
        return document;
    }

    private String lines(SourceModel source, SearchSpace space) {
        ModelConfig config = source.file().config();
        StringBuilder text = new StringBuilder();
        line(text, "%s: Llama, %d blocks, %,d parameters", source.name(), config.blocks(), parameters(source));
        line(text, "  as it is          %,14d bytes", source.file().sizeInBytes());
        line(
                text,
                "  never compressed  %,14d bytes (embeddings, norms, head)",
                source.file().fixedSizeInBytes());
        line(
                text,
                "  %s bits    %,14d to %,d bytes, quantization groups of %d",
                bits.get(0) + " to " + bits.get(bits.size() - 1),
                space.smallestSizeInBytes(),
                space.largestSizeInBytes(),
                groupSize);
        line(
                text,
                "  %d layers can be compressed; in each of the %d blocks:",
                space.layers().size(),
                config.blocks());
        for (ModelConfig.LayerShape layer : config.layers().subList(0, ModelConfig.PROJECTIONS.size())) {
            String projection = layer.name().replaceFirst("^model\\.layers\\.0\\.", "");
            line(
                    text,
                    "    %-18s %6d × %-6d %,12d parameters",
                    projection,
                    layer.rows(),
                    layer.columns(),
                    layer.parameters());
        }
        return text.toString().stripTrailing();
    }

    private static long parameters(SourceModel source) {
        return source.file().tensors().stream()
                .mapToLong(tensor -> tensor.elements())
                .sum();
    }

    private static void line(StringBuilder text, String format, Object... values) {
        text.append(String.format(Locale.ROOT, format, values)).append('\n');
    }
}
