package org.paretopress.search.predict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class UpperFactorTest {

    /** A = [4 2; 2 5] has the factor [2 1; 0 2] and the determinant 16. */
    @Test
    void twoByTwoByHand() {
        UpperFactor factor = UpperFactor.of(new double[][] {{4, 2}, {Double.NaN, 5}});
        double[] half = {2, 5};
        factor.solveTransposed(half);
        assertThat(half).containsExactly(1, 2);
        double[] whole = {8, 12};
        factor.solve(whole);
        assertThat(whole).containsExactly(1, 2);
        assertThat(factor.halfLogDeterminant()).isCloseTo(Math.log(4), within(1e-15));
    }

    @Test
    void solutionsOfRandomSystemsMultiplyBack() {
        SplittableRandom random = new SplittableRandom(1);
        for (int size : new int[] {0, 1, 2, 3, 7, 16, 65}) {
            double[][] roots = new double[size][size + 3];
            for (double[] row : roots) {
                for (int i = 0; i < row.length; i++) {
                    row[i] = random.nextDouble(-1, 1);
                }
            }
            double[][] matrix = gram(roots);
            double[] right = random.doubles(size, -1, 1).toArray();
            double[] solution = right.clone();
            UpperFactor.of(gram(roots)).solve(solution);
            for (int row = 0; row < size; row++) {
                assertThat(dot(matrix[row], solution)).isCloseTo(right[row], within(1e-9));
            }
        }
    }

    @Test
    void aMatrixThatIsNotPositiveDefiniteIsRefused() {
        assertThatThrownBy(() -> UpperFactor.of(new double[][] {{1, 2}, {2, 1}}))
                .isInstanceOf(ArithmeticException.class)
                .hasMessageContaining("Pivot 1 of 2 is -3.0")
                .hasMessageContaining("\nMaybe ");
        assertThatThrownBy(() -> UpperFactor.of(new double[][] {{Double.NaN}})).hasMessageContaining("Pivot 0 of 1");
    }

    private static double[][] gram(double[][] rows) {
        double[][] gram = new double[rows.length][rows.length];
        for (int i = 0; i < rows.length; i++) {
            for (int j = 0; j < rows.length; j++) {
                gram[i][j] = dot(rows[i], rows[j]);
            }
        }
        return gram;
    }

    private static double dot(double[] left, double[] right) {
        double sum = 0;
        for (int i = 0; i < right.length; i++) {
            sum += left[i] * right[i];
        }
        return sum;
    }
}
