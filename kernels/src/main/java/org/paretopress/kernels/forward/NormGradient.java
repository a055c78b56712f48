package org.paretopress.kernels.forward;

import org.paretopress.kernels.ops.Tensor;

/**
 * The way back through {@code y = x·r·gain}, r = 1 / rms(x) of a row, into the residual stream that x was read from.
 *
 * <p>With n columns and u = gain·dy: {@code dx = r·u − x·(r³/n)·Σ u·x}.
 */
final class NormGradient {

    private final double epsilon;
    private final float[] x;
    private final float[] u;
    private final float[] gradient;

    /** @param epsilon stands under the root of rms */
    NormGradient(int columns, double epsilon) {
        this.epsilon = epsilon;
        this.x = new float[columns];
        this.u = new float[columns];
        this.gradient = new float[columns];
    }

    /**
     * {@code into += dx}. All tensors are T × columns.
     *
     * @param inputs x
     * @param dy gradient at y
     */
    void add(Tensor inputs, float[] gain, Tensor dy, Tensor into) {
        for (int t = 0; t < inputs.rows(); t++) {
            inputs.readRow(t, x);
            dy.readRow(t, u);
            into.readRow(t, gradient);
            addRow(gain);
            into.writeRow(t, gradient, 0);
        }
    }

    private void addRow(float[] gain) {
        double squares = 0;
        double product = 0;
        for (int i = 0; i < x.length; i++) {
            u[i] *= gain[i];
            squares += (double) x[i] * x[i];
            product += (double) u[i] * x[i];
        }
        double r = 1 / Math.sqrt(squares / x.length + epsilon);
        double along = r * r * r * product / x.length;
        for (int i = 0; i < x.length; i++) {
            gradient[i] += (float) (r * u[i] - along * x[i]);
        }
    }
}
