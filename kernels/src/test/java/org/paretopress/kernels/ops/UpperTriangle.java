package org.paretopress.kernels.ops;

/** A symmetric product of which only one triangle is defined. */
final class UpperTriangle {

    private UpperTriangle() {}

    /** Copies it into the lower one. */
    static void mirror(Tensor square) {
        float[] upper = new float[square.columns()];
        float[] lower = new float[square.columns()];
        for (int row = 0; row < square.rows(); row++) {
            square.readRow(row, lower);
            for (int column = 0; column < row; column++) {
                square.readRow(column, upper);
                lower[column] = upper[row];
            }
            square.writeRow(row, lower, 0);
        }
    }
}
