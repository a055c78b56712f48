package org.paretopress.kernels.cuda;

import org.paretopress.kernels.cuda.CudaStream.Grid;
import org.paretopress.kernels.levels.LowRankMatrix;
import org.paretopress.kernels.levels.PackedMatrix;
import org.paretopress.kernels.levels.ResidualMatrix;
import org.paretopress.kernels.ops.PackedRows;

/** How levels come to the GPU, and from there into a product. */
final class KeptWeights {

    private final Workbench bench;
    /** Whose dequantized weights the memory for them holds; null where they are another's. */
    private CudaWeight.Packed dequantized;

    KeptWeights(Workbench bench) {
        this.bench = bench;
    }

    /** Copies a level to the device; any thread may. */
    CudaWeight keep(PackedRows weight) {
        if (weight instanceof LowRankMatrix product) {
            return factors(product);
        }
        if (weight instanceof ResidualMatrix residual) {
            return new CudaWeight.Sum(keep(residual.mended()), factors(residual.product()));
        }
        if (weight instanceof PackedMatrix matrix) {
            return LevelKernel.of(matrix)
                    .<CudaWeight>map(kernel -> packed(matrix, kernel))
                    .orElseGet(() -> dequantizedHere(matrix));
        }
        return dequantizedHere(weight);
    }

    private CudaWeight.Packed packed(PackedMatrix matrix, LevelKernel kernel) {
        return new CudaWeight.Packed(
                matrix.rows(),
                matrix.columns(),
                kernel,
                bench.device().upload(matrix.payload()),
                bench.device().upload(kernel.index()),
                matrix.sizeInBytes() + (long) Integer.BYTES * kernel.index().length);
    }

    private CudaWeight.Factors factors(LowRankMatrix product) {
        CudaTensor left = bench.allocateOperand(product.rows(), product.rank());
        CudaTensor right = bench.allocateOperand(product.rank(), product.columns());
        try (CudaDevice.Memory payload = bench.device().upload(product.payload())) {
            long none = 0;
            dequantize(LevelKernel.halves(0, product.rank()), payload.address(), none, left);
            int start = Short.BYTES * product.rows() * product.rank();
            dequantize(LevelKernel.halves(start, product.columns()), payload.address(), none, right);
            bench.stream().synchronize();
        }
        return new CudaWeight.Factors(left, right);
    }

    /** A weight of a form that no kernel knows. */
    private CudaTensor dequantizedHere(PackedRows weight) {
        CudaTensor tensor = bench.allocateOperand(weight.rows(), weight.columns());
        float[] row = new float[weight.columns()];
        for (int r = 0; r < weight.rows(); r++) {
            weight.dequantize(r, row, 0);
            tensor.writeRow(r, row, 0);
        }
        return tensor;
    }

    /**
     * The weight as a product reads it. A packed one is dequantized to memory that the next other one takes, so products with one weight
     * behind each other share that.
     */
    CudaTensor whole(CudaWeight weight) {
        if (weight instanceof CudaTensor tensor) {
            CudaTensor operand = bench.operand(tensor, "weight");
            dequantized = operand == tensor ? dequantized : null;
            return operand;
        }
        CudaWeight.Packed packed = (CudaWeight.Packed) weight;
        boolean known = packed == dequantized;
        if (!known) {
            dequantized = null; // first: there may be no memory for it
        }
        CudaTensor whole = bench.scratch().tensor("weight", packed.rows(), packed.columns(), bench.precision());
        if (!known) {
            dequantize(
                    packed.kernel(), packed.payload().address(), packed.index().address(), whole);
            dequantized = packed;
        }
        return whole;
    }

    private void dequantize(LevelKernel kernel, long payload, long index, CudaTensor target) {
        int eights = (target.columns() + CudaTensor.EIGHT - 1) / CudaTensor.EIGHT;
        int blocks = (eights + Workbench.BLOCK - 1) / Workbench.BLOCK;
        bench.stream()
                .launch(
                        bench.kernels().get("dequantize_" + kernel.function()),
                        new Grid(target.rows(), blocks, 1, Workbench.BLOCK, 0),
                        payload,
                        index,
                        target.rows(),
                        target.columns(),
                        kernel.a(),
                        kernel.b(),
                        kernel.c(),
                        target.address(),
                        target.stride());
    }
}
