package org.paretopress.kernels.model;

/** Looks for NaN and infinite weights, which would spoil every loss without a word. */
public record FiniteCheck(ModelFile model) {

    private static final int CHUNK = 1 << 20;

    /** @throws MalformedModelException naming the first tensor and element that is not finite */
    public void run() {
        float[] values = new float[CHUNK];
        for (TensorInfo tensor : model.tensors()) {
            int rowsAtOnce = Math.max(1, CHUNK / Math.max(1, tensor.columns()));
            if (values.length < rowsAtOnce * tensor.columns()) {
                values = new float[rowsAtOnce * tensor.columns()];
            }
            for (long row = 0; row < tensor.rows(); row += rowsAtOnce) {
                int rows = (int) Math.min(rowsAtOnce, tensor.rows() - row);
                model.read(tensor, row, rows, values);
                check(tensor, row, values, rows * tensor.columns());
            }
        }
    }

    private void check(TensorInfo tensor, long firstRow, float[] values, int count) {
        for (int i = 0; i < count; i++) {
            if (!Float.isFinite(values[i])) {
                throw new MalformedModelException(
                        model.path(),
                        "tensor " + tensor.name() + " holds " + values[i] + " at row "
                                + (firstRow + i / tensor.columns()) + ", column " + i % tensor.columns() + ".",
                        "the training run diverged or the file was damaged: take another checkpoint.");
            }
        }
    }
}
