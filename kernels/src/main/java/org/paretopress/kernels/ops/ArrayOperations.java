package org.paretopress.kernels.ops;

import org.nd4j.linalg.api.blas.params.MMulTranspose;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.DynamicCustomOp;
import org.nd4j.linalg.api.ops.impl.reduce.Mmul;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Operations of ND4J that {@link Nd4jArrayOps} is made of, in the forms that leave no array behind: INDArray's own make one of every
 * scalar and of every list of dimensions, for the garbage collector.
 */
final class ArrayOperations {

    private ArrayOperations() {}

    /**
     * {@code c = factor · op(a)·op(b)}, or {@code c += …}, op being the transposition where it is asked for. Computed as
     * {@code cᵀ = factor · op(b)ᵀ·op(a)ᵀ}: ND4J's products are column-major, and would copy a row-major result.
     */
    static void product(
            double factor,
            INDArray a,
            boolean transposeA,
            INDArray b,
            boolean transposeB,
            boolean accumulate,
            INDArray c) {
        MMulTranspose transposes = MMulTranspose.builder()
                .transposeA(!transposeB)
                .transposeB(!transposeA)
                .build();
        Nd4j.exec(new Mmul(b, a, c.transpose(), factor, accumulate ? 1 : 0, transposes));
    }

    /**
     * Each row of a matrix to one element of a column, which is the caller's to close.
     *
     * @param operation as ND4J calls it, such as {@code reduce_sum}
     */
    static INDArray reduceRows(String operation, INDArray matrix) {
        INDArray column = Nd4j.createUninitialized(matrix.dataType(), new long[] {matrix.size(0), 1}, 'c');
        Nd4j.exec(DynamicCustomOp.builder(operation)
                .addInputs(matrix)
                .addIntegerArguments(1)
                .addBooleanArguments(true) // the dimension is kept
                .addOutputs(column)
                .build());
        return column;
    }

    /** Elements of a list, or rows of a matrix, by their places. */
    static void gather(INDArray from, INDArray places, INDArray to) {
        Nd4j.exec(DynamicCustomOp.builder("gather")
                .addInputs(from, places)
                .addIntegerArguments(0)
                .addOutputs(to)
                .build());
    }
}
