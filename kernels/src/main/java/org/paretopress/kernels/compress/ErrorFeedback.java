package org.paretopress.kernels.compress;

/**
 * The core of GPTQ and SparseGPT (Frantar et al., ICLR 2023; Frantar and Alistarh, ICML 2023): weights are replaced column by
 * column, and the error of each is spread over the columns still to come so that the layer's output changes least.
 *
 * <p>Columns are taken in panels: within a panel the error of each column is spread at once, beyond it only when the panel
 * is done (the lazy batch updates of GPTQ, section 3.3, step 2), four columns of error per pass over the weights. When
 * a sheet is shown columns, every error that concerns them has been spread. All in double.
 */
final class ErrorFeedback {

    private static final int PANEL_COLUMNS = 32;
    /** Rows that share each pass over a panel of U. */
    private static final int TILE_ROWS = 16;
    /** Columns per pass: four rows of U and one of weights stay in the first-level cache. */
    private static final int STRIP_COLUMNS = 512;

    private final double[][] factor;
    private final int[] order;
    private final LevelSheet sheet;
    private final int columns;
    /** Current weights, rows × columns in the order of treatment. */
    private final double[][] weights;
    /** Scaled errors of the current panel, rows × panel columns: (w − q) / U[c, c]. */
    private final double[][] errors;

    /** @param sheet empty; where the order is not that of the columns it has been shown all weights */
    ErrorFeedback(WeightMatrix source, InverseFactor inverse, LevelSheet sheet) {
        this.factor = inverse.rows();
        this.order = inverse.order();
        this.sheet = sheet;
        this.columns = source.columns();
        this.weights = new double[source.rows()][columns];
        this.errors = new double[source.rows()][PANEL_COLUMNS];
        for (int row = 0; row < weights.length; row++) {
            for (int c = 0; c < columns; c++) {
                weights[row][c] = inverse.dead()[order[c]] ? 0 : source.at(row, order[c]);
            }
        }
    }

    /** Fills the sheet. */
    void run(boolean shown) {
        int atOnce = shown ? columns : sheet.columnsAtOnce();
        for (int start = 0; start < columns; ) {
            if (!shown && start % atOnce == 0) {
                sheet.show(start, Math.min(start + atOnce, columns), weights);
            }
            int end = Math.min(columns, Math.min(start + PANEL_COLUMNS, start - start % atOnce + atOnce));
            for (int row = 0; row < weights.length; row++) {
                fillPanel(row, start, end);
            }
            for (int row = 0; row < weights.length; row += TILE_ROWS) {
                for (int from = end; from < columns; from += STRIP_COLUMNS) {
                    int to = Math.min(from + STRIP_COLUMNS, columns);
                    spread(start, end, row, Math.min(row + TILE_ROWS, weights.length), from, to);
                }
            }
            start = end;
        }
    }

    private void fillPanel(int row, int start, int end) {
        double[] line = weights[row];
        for (int c = start; c < end; c++) {
            double error = (line[c] - sheet.put(row, order[c], line[c])) / factor[c][c];
            errors[row][c - start] = error;
            subtract(line, error, factor[c], c + 1, end);
        }
    }

    /** Spreads the errors of columns start … end − 1 over the weights of columns from … to − 1 in some rows. */
    private void spread(int start, int end, int firstRow, int endRow, int from, int to) {
        int column = start;
        for (; column + 4 <= end; column += 4) {
            for (int row = firstRow; row < endRow; row++) {
                subtractFour(weights[row], errors[row], column - start, column, from, to);
            }
        }
        for (; column < end; column++) {
            for (int row = firstRow; row < endRow; row++) {
                subtract(weights[row], errors[row][column - start], factor[column], from, to);
            }
        }
    }

    private void subtractFour(double[] row, double[] error, int at, int column, int from, int to) {
        double e0 = error[at];
        double e1 = error[at + 1];
        double e2 = error[at + 2];
        double e3 = error[at + 3];
        double[] u0 = factor[column];
        double[] u1 = factor[column + 1];
        double[] u2 = factor[column + 2];
        double[] u3 = factor[column + 3];
        for (int i = from; i < to; i++) {
            row[i] -= e0 * u0[i] + e1 * u1[i] + e2 * u2[i] + e3 * u3[i];
        }
    }

    private static void subtract(double[] row, double error, double[] u, int from, int to) {
        for (int i = from; i < to; i++) {
            row[i] -= error * u[i];
        }
    }
}
