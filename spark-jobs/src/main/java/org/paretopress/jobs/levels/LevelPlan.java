package org.paretopress.jobs.levels;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.paretopress.jobs.InputException;
import org.paretopress.jobs.config.LevelsConfig;
import org.paretopress.kernels.compress.Compensating;
import org.paretopress.kernels.compress.Compressor;
import org.paretopress.kernels.compress.Dropping;
import org.paretopress.kernels.compress.Factoring;
import org.paretopress.kernels.compress.GgmlGrids;
import org.paretopress.kernels.compress.Gptq;
import org.paretopress.kernels.compress.GridFamily;
import org.paretopress.kernels.compress.GroupSparseGrids;
import org.paretopress.kernels.compress.Pruning;
import org.paretopress.kernels.compress.RoundToNearest;
import org.paretopress.kernels.compress.SparseGpt;
import org.paretopress.kernels.compress.SparsityLevels;
import org.paretopress.kernels.compress.UniformGrids;
import org.paretopress.kernels.forward.WeightCache;
import org.paretopress.kernels.model.ModelConfig;
import org.paretopress.kernels.model.ModelConfig.LayerShape;
import org.paretopress.kernels.model.ModelFile;
import org.paretopress.search.space.Layer;
import org.paretopress.search.space.Level;
import org.paretopress.search.space.SearchSpace;

/**
 * The levels that a configuration asks for. Their sizes are known before anything is computed.
 *
 * @param families compressors of every layer
 * @param dropped the parts of the model that may be left out; their layers have the original weights as a level too
 * @param fisher whether a compressor needs the Fisher information of outputs
 */
public record LevelPlan(List<Compressor> families, List<LevelsConfig.Unit> dropped, boolean fisher)
        implements Serializable {

    /** Of GPTQ and SparseGPT where a configuration does not set it. */
    private static final double DAMPING = 0.01;

    public static LevelPlan of(LevelsConfig levels, ModelConfig model) {
        LevelFit.requireRanks(levels.residual(), model);
        List<Compressor> compressors = new ArrayList<>();
        if (levels.quantization() != null) {
            Compressor family = compensated(quantization(levels.quantization()), levels.residual());
            compressors.add(LevelFit.requireAny("levels.quantization", family, model));
        }
        if (levels.sparsity() != null) {
            Compressor family = compensated(sparsity(levels.sparsity(), model), levels.residual());
            compressors.add(LevelFit.requireAny("levels.sparsity", family, model));
        }
        if (levels.joint() != null) {
            LevelsConfig.Joint joint = levels.joint();
            GridFamily grids = new GroupSparseGrids(joint.bits(), joint.sparsity(), joint.groupSize());
            compressors.add(LevelFit.requireAny("levels.joint", new Gptq(grids, DAMPING, false), model));
        }
        if (levels.lowRank() != null) {
            Factoring.Measure measure =
                    Factoring.Measure.valueOf(levels.lowRank().method().name());
            Compressor family = new Factoring(measure, levels.lowRank().keep());
            compressors.add(LevelFit.requireAny("levels.lowRank", family, model));
        }
        List<LevelsConfig.Unit> dropped =
                levels.depth() == null ? List.of() : levels.depth().units();
        return new LevelPlan(List.copyOf(compressors), dropped, fisher(levels));
    }

    /** Families alone. */
    public static LevelPlan of(Compressor... families) {
        return new LevelPlan(List.of(families), List.of(), false);
    }

    private static boolean fisher(LevelsConfig levels) {
        return levels.lowRank() != null && levels.lowRank().method() == LevelsConfig.Factorization.fwsvd;
    }

    private static Compressor compensated(Compressor compressor, LevelsConfig.Residual residual) {
        return residual == null ? compressor : new Compensating(compressor, residual.ranks());
    }

    private static Compressor quantization(LevelsConfig.Quantization quantization) {
        return switch (quantization.method()) {
            case rtn -> new RoundToNearest(uniformGrids(quantization));
            case gptq -> new Gptq(uniformGrids(quantization), quantization.damping(), quantization.activationOrder());
            case gguf ->
                new Gptq(new GgmlGrids(quantization.bits()), quantization.damping(), quantization.activationOrder());
        };
    }

    private static GridFamily uniformGrids(LevelsConfig.Quantization quantization) {
        UniformGrids.Fit fit = quantization.fit() == LevelsConfig.Fit.leastSquares
                ? UniformGrids.Fit.leastSquares
                : UniformGrids.Fit.range;
        return new UniformGrids(quantization.bits(), quantization.groupSize(), quantization.symmetric(), fit);
    }

    private static Compressor sparsity(LevelsConfig.Sparsity sparsity, ModelConfig model) {
        long step = sparsity.stepWeights() == null ? stepWeights(sparsity, model) : sparsity.stepWeights();
        SparsityLevels levels = new SparsityLevels(sparsity.average(), sparsity.steps(), step, sparsity.twoOfFour());
        return switch (sparsity.method()) {
            case sparsegpt -> new SparseGpt(levels, DAMPING);
            case wanda -> new Pruning(Pruning.Score.wanda, levels);
            case magnitude -> new Pruning(Pruning.Score.magnitude, levels);
        };
    }

    /** As many weights as let a layer of median size take all steps, on the side where it has less room. */
    private static long stepWeights(LevelsConfig.Sparsity sparsity, ModelConfig model) {
        long[] sizes = model.layers().stream()
                .mapToLong(LayerShape::parameters)
                .sorted()
                .toArray();
        double room = Math.min(sparsity.average(), 1 - sparsity.average()) * sizes[sizes.length / 2];
        return Math.max(1, (long) (room / (sparsity.steps() + 1)));
    }

    /** What compresses a layer. */
    public List<Compressor> compressors(String layer) {
        return droppable(layer)
                ? Stream.concat(families.stream(), Stream.of(new Dropping())).toList()
                : families;
    }

    private boolean droppable(String layer) {
        LevelsConfig.Unit own = ModelConfig.inAttention(layer) ? LevelsConfig.Unit.attention : LevelsConfig.Unit.mlp;
        return dropped.contains(own) || dropped.contains(LevelsConfig.Unit.block);
    }

    /** Methods and parameters of all layers as short texts. */
    public List<String> methods() {
        return Stream.concat(
                        families.stream().map(Compressor::method),
                        dropped.stream().map(unit -> new Dropping().method() + " " + unit))
                .toList();
    }

    /** Every assignment of these levels to the layers of a model. */
    public SearchSpace space(ModelFile model) {
        List<Layer> layers = model.config().layers().stream()
                .map(shape -> new Layer(shape.name(), shape.parameters(), levels(shape, model)))
                .toList();
        return new SearchSpace(layers, model.fixedSizeInBytes(), subBlocks(model.config()));
    }

    /** Indices of the layers that are dropped together. */
    private List<int[]> subBlocks(ModelConfig model) {
        int projections = ModelConfig.PROJECTIONS.size();
        List<LayerShape> layers = model.layers();
        List<int[]> subBlocks = new ArrayList<>();
        for (int first = 0; first < layers.size(); first += projections) {
            for (LevelsConfig.Unit unit : dropped) {
                subBlocks.add(IntStream.range(first, first + projections)
                        .filter(layer -> unit == LevelsConfig.Unit.block
                                || ModelConfig.inAttention(layers.get(layer).name())
                                        == (unit == LevelsConfig.Unit.attention))
                        .toArray());
            }
        }
        return subBlocks;
    }

    private List<Level> levels(LayerShape shape, ModelFile model) {
        int rows = shape.rows();
        int columns = shape.columns();
        List<Level> levels = new ArrayList<>();
        for (Compressor compressor : compressors(shape.name())) {
            compressor
                    .layouts(rows, columns)
                    .forEach(layout -> levels.add(new Level(
                            layout.level(rows, columns),
                            layout.bits(rows, columns),
                            layout.sizeInBytes(rows, columns))));
        }
        if (droppable(shape.name()) || levels.isEmpty() && !dropped.isEmpty()) {
            long size = model.tensor(shape.name() + ".weight").sizeInBytes();
            levels.add(new Level(WeightCache.DENSE, 8.0 * size / shape.parameters(), size));
        }
        if (levels.isEmpty()) {
            throw new InputException(
                    "Layer " + shape.name() + ", " + rows + " x " + columns + ", fits none of the levels: " + methods()
                            + ".",
                    "add a family that takes any shape, such as quantization by gptq.");
        }
        levels.sort(Comparator.comparing(Level::sizeInBytes).thenComparing(Level::name));
        return LevelFit.requireDistinct(shape, levels);
    }
}
