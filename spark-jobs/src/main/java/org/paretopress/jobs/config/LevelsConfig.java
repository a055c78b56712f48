package org.paretopress.jobs.config;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.paretopress.jobs.InputException;

/**
 * The families of levels a genome chooses from: one or more.
 *
 * @param joint quantized and sparse at once
 * @param residual low-rank products on top of quantized and sparse levels
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record LevelsConfig(
        Quantization quantization, Sparsity sparsity, Joint joint, LowRank lowRank, Residual residual, Depth depth) {

    public LevelsConfig {
        if (Arrays.asList(quantization, sparsity, joint, lowRank, depth).stream()
                .allMatch(Objects::isNull)) {
            throw new InputException(
                    "Configuration key levels names no family.",
                    "add one: quantization, sparsity, joint, lowRank or depth; the README lists all keys.");
        }
        if (residual != null && quantization == null && sparsity == null) {
            throw new InputException(
                    "levels.residual.ranks = " + residual.ranks() + " has no levels to mend.",
                    "add levels.quantization or levels.sparsity.");
        }
    }

    /** Whether every level prunes and does nothing else. */
    public boolean sparsityAlone() {
        return sparsity != null
                && Arrays.asList(quantization, joint, lowRank, residual, depth).stream()
                        .allMatch(Objects::isNull);
    }

    /** Whether layers are dropped or kept as they are and nothing else. */
    public boolean depthAlone() {
        return depth != null
                && Arrays.asList(quantization, sparsity, joint, lowRank, residual).stream()
                        .allMatch(Objects::isNull);
    }

    /** Quantization alone. */
    public static LevelsConfig quantization(List<Integer> bits, int groupSize) {
        Quantization quantization = new Quantization(null, bits, groupSize, null, null, null, null);
        return new LevelsConfig(quantization, null, null, null, null, null);
    }

    /** How {@link Quantization} finds codes. */
    public enum Method {
        gptq,
        rtn,
        gguf
    }

    /** How grids are laid over the weights of a group. */
    public enum Fit {
        range,
        @JsonProperty("least-squares")
        leastSquares
    }

    /**
     * Quantization levels.
     *
     * @param bits widths; with {@link Method#gguf} those of the K-quants: 2, 3, 4, 5, 6 and 8
     * @param groupSize weights that share a scale, along a row; K-quants have their own
     * @param symmetric whether there are no zero points
     * @param activationOrder whether GPTQ treats the strongest inputs first
     * @param damping of GPTQ, as a share of the Hessian's mean diagonal
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Quantization(
            Method method,
            List<Integer> bits,
            Integer groupSize,
            Boolean symmetric,
            Fit fit,
            Boolean activationOrder,
            Double damping) {

        private static final List<Integer> GGUF_BITS = List.of(2, 3, 4, 5, 6, 8);

        public Quantization {
            method = method == null ? Method.gptq : method;
            bits = bits == null ? List.of(2, 3, 4, 5, 6) : sorted("levels.quantization.bits", bits);
            for (Integer width : bits) {
                Check.between("levels.quantization.bits", width, 2, 8);
                if (method == Method.gguf && !GGUF_BITS.contains(width)) {
                    throw new InputException(
                            "levels.quantization.bits holds " + width + ", and there is no K-quant of that width.",
                            "choose among " + GGUF_BITS + ".");
                }
            }
            if (method == Method.gguf) {
                refuse(method, "groupSize", groupSize);
                refuse(method, "symmetric", symmetric);
                refuse(method, "fit", fit);
            } else {
                groupSize = Check.atLeast("levels.quantization.groupSize", 2, groupSize, 64);
                symmetric = symmetric != null && symmetric;
                fit = fit == null ? Fit.range : fit;
            }
            if (method == Method.rtn) {
                refuse(method, "activationOrder", activationOrder);
                refuse(method, "damping", damping);
            } else {
                activationOrder = activationOrder == null || activationOrder;
                damping = dampingOf(damping);
            }
        }

        private static void refuse(Method method, String key, Object value) {
            if (value != null) {
                throw new InputException(
                        "levels.quantization." + key + " is given, but method: " + method + " does not use it.",
                        "leave it out.");
            }
        }
    }

    /** How {@link Sparsity} chooses and mends. */
    public enum Pruner {
        sparsegpt,
        wanda,
        magnitude
    }

    /**
     * Sparsity levels, a fixed number of weights apart; or 2:4.
     *
     * @param average pruned share in the middle
     * @param steps levels on either side of it, as far as a layer reaches
     * @param stepWeights weights between two levels; by default as many as let a layer of median size take all steps
     * @param twoOfFour whether 2:4 is a level too
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Sparsity(Pruner method, Double average, Integer steps, Long stepWeights, Boolean twoOfFour) {

        private static final int MOST_STEPS = 64;

        public Sparsity {
            method = method == null ? Pruner.sparsegpt : method;
            average = share("levels.sparsity.average =", average == null ? 0.5 : average);
            steps = Check.atLeast("levels.sparsity.steps", 0, steps, 8);
            twoOfFour = twoOfFour != null && twoOfFour;
            if (steps > MOST_STEPS) {
                throw new InputException(
                        "levels.sparsity.steps = " + steps + " is too large.", "use " + MOST_STEPS + " or less.");
            }
            if (stepWeights != null && (stepWeights < 1 || stepWeights > Integer.MAX_VALUE)) {
                throw new InputException(
                        "levels.sparsity.stepWeights = " + stepWeights + " is no number of weights of a layer.",
                        "use 1 to " + Integer.MAX_VALUE + ", or leave it out.");
            }
        }
    }

    /**
     * Group sparsity on top of GPTQ.
     *
     * @param bits widths of the codes
     * @param sparsity pruned shares of the groups; every width comes with every share
     * @param groupSize weights that are kept or pruned together and share a scale
     */
    public record Joint(List<Integer> bits, List<Double> sparsity, Integer groupSize) {
        public Joint {
            bits = bits == null ? List.of(3, 4) : sorted("levels.joint.bits", bits);
            bits.forEach(b -> Check.between("levels.joint.bits", b, 2, 8));
            sparsity = sparsity == null ? List.of(0.25, 0.5) : sorted("levels.joint.sparsity", sparsity);
            sparsity.forEach(s -> share("levels.joint.sparsity holds", s));
            groupSize = Check.atLeast("levels.joint.groupSize", 2, groupSize, 16);
        }
    }

    /** How {@link LowRank} weighs errors. */
    public enum Factorization {
        /** By the layer's output: activation-aware. */
        activation,
        /** By the Fisher information of its rows. */
        fwsvd,
        /** Not at all. */
        svd
    }

    /**
     * Products of two thin matrices.
     *
     * @param keep shares of the layer's parameters that are kept, one level each
     */
    public record LowRank(Factorization method, List<Double> keep) {
        public LowRank {
            method = method == null ? Factorization.activation : method;
            keep = keep == null ? List.of(0.25, 0.5, 0.75) : sorted("levels.lowRank.keep", keep);
            keep.forEach(k -> share("levels.lowRank.keep holds", k));
        }
    }

    /**
     * Low-rank products that mend quantized and sparse levels, in the eigenspace of the activations (EoRA).
     *
     * @param ranks every level comes with every rank, beside itself
     */
    public record Residual(List<Integer> ranks) {
        public Residual {
            ranks = ranks == null ? List.of(16) : sorted("levels.residual.ranks", ranks);
            ranks.forEach(r -> Check.between("levels.residual.ranks", r, 1, 1 << 16));
        }
    }

    /** What {@link Depth} leaves out as a whole. */
    public enum Unit {
        attention,
        mlp,
        block
    }

    /**
     * Parts of the model that may be left out.
     *
     * @param units attention and MLP sub-blocks apart, or whole transformer blocks
     */
    public record Depth(List<Unit> units) {
        public Depth {
            units = units == null ? List.of(Unit.attention, Unit.mlp) : sorted("levels.depth.units", units);
            if (units.contains(Unit.block) && units.size() > 1) {
                throw new InputException(
                        "levels.depth.units = " + units + " drops sub-blocks both apart and together.",
                        "write [attention, mlp] or [block].");
            }
        }
    }

    private static <T extends Comparable<T>> List<T> sorted(String key, List<T> values) {
        Check.notEmpty(key, values);
        if (values.contains(null)) {
            throw new InputException(
                    key + " holds an empty entry at place " + (values.indexOf(null) + 1) + ".", "remove it.");
        }
        return values.stream().distinct().sorted().toList();
    }

    private static double share(String finding, double value) {
        if (!(value > 0 && value < 1)) {
            throw new InputException(
                    finding + " " + value + ", which is no share of a whole.", "use numbers above 0, below 1.");
        }
        return value;
    }

    private static double dampingOf(Double value) {
        if (value != null && !(value >= 0 && value <= Double.MAX_VALUE)) {
            throw new InputException("levels.quantization.damping = " + value + " is no damping.", "0.01 is usual.");
        }
        return value == null ? 0.01 : value;
    }
}
