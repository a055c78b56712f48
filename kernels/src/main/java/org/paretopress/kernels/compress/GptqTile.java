package org.paretopress.kernels.compress;

/**
 * GPTQ on a few rows. Columns are taken in panels: within a panel the error of each column is spread at once, beyond it
 * only when the panel is done (the lazy batch updates of Frantar et al., ICLR 2023, section 3.3, step 2), four columns
 * of error per pass over the weights.
 */
final class GptqTile {

    private static final int PANEL_COLUMNS = 32;
    /** Columns per pass: four rows of U and one of weights stay in the first-level cache. */
    private static final int STRIP_COLUMNS = 512;

    private final double[][] factor;
    private final GridSheet sheet;
    private final int quantizationGroupSize;
    private final int firstRow;
    private final int columns;
    /** Current weights, tile rows × columns. */
    private final double[][] weights;
    /** Scaled errors of the current panel, tile rows × panel columns: (w − q) / U[c, c]. */
    private final double[][] errors;

    GptqTile(
            WeightMatrix source, InverseFactor inverse, GridSheet sheet, int quantizationGroupSize, int row, int rows) {
        this.factor = inverse.rows();
        this.sheet = sheet;
        this.quantizationGroupSize = quantizationGroupSize;
        this.firstRow = row;
        this.columns = source.columns();
        this.weights = new double[rows][columns];
        this.errors = new double[rows][PANEL_COLUMNS];
        for (int r = 0; r < rows; r++) {
            for (int column = 0; column < columns; column++) {
                weights[r][column] = inverse.dead()[column] ? 0 : source.at(row + r, column);
            }
        }
    }

    /** Quantizes all columns into the sheet. */
    void quantize() {
        for (int start = 0; start < columns; ) {
            int end = panelEnd(start);
            for (int r = 0; r < weights.length; r++) {
                quantizePanel(r, start, end);
            }
            for (int from = end; from < columns; from += STRIP_COLUMNS) {
                spread(start, end, from, Math.min(from + STRIP_COLUMNS, columns));
            }
            start = end;
        }
    }

    /**
     * A panel holds whole quantization groups or lies within one: when a grid is fitted, every weight of its group is
     * either in the panel or up to date.
     */
    private int panelEnd(int start) {
        int whole = PANEL_COLUMNS / quantizationGroupSize * quantizationGroupSize;
        int left = quantizationGroupSize - start % quantizationGroupSize;
        int length = whole > 0 ? whole : Math.min(PANEL_COLUMNS, left);
        return Math.min(start + length, columns);
    }

    private void quantizePanel(int r, int start, int end) {
        double[] row = weights[r];
        Grid grid = sheet.startsAt(start) ? null : sheet.at(firstRow + r, start);
        for (int column = start; column < end; column++) {
            if (sheet.startsAt(column)) {
                grid = sheet.fit(firstRow + r, column, row);
            }
            int code = grid.code(row[column]);
            sheet.put(firstRow + r, column, code);
            double error = (row[column] - grid.value(code)) / factor[column][column];
            errors[r][column - start] = error;
            subtract(row, error, factor[column], column + 1, end);
        }
    }

    /** Spreads the errors of columns start … end − 1 over the weights of columns from … to − 1. */
    private void spread(int start, int end, int from, int to) {
        int column = start;
        for (; column + 4 <= end; column += 4) {
            for (int r = 0; r < weights.length; r++) {
                subtractFour(weights[r], errors[r], column - start, column, from, to);
            }
        }
        for (; column < end; column++) {
            for (int r = 0; r < weights.length; r++) {
                subtract(weights[r], errors[r][column - start], factor[column], from, to);
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
