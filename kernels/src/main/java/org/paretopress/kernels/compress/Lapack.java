package org.paretopress.kernels.compress;

import static org.bytedeco.openblas.global.openblas.LAPACK_COL_MAJOR;

import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.openblas.global.openblas;
import org.bytedeco.openblas.presets.openblas_nolapack;

/**
 * The three routines of OpenBLAS that compression needs, on row-major triangles in native memory. OpenBLAS is held to
 * one thread: its sums depend on the number of threads, and tasks side by side use the cores better.
 */
final class Lapack {

    private static final byte UPPER = 'U';
    private static final byte NON_UNIT = 'N';

    private Lapack() {}

    /**
     * Cholesky factor of a symmetric matrix, in place: A = L Lᵀ with L in the lower triangle.
     *
     * @return 0, or the order of the first leading minor that is not positive definite
     */
    static int cholesky(DoublePointer matrix, int n) {
        useOneThread();
        // What is lower in rows is upper in columns: LAPACK sees A = Uᵀ U with U = Lᵀ and needs no transposition.
        return requireArguments("dpotrf", openblas.LAPACKE_dpotrf(LAPACK_COL_MAJOR, UPPER, n, matrix, n));
    }

    /** Inverse of a lower triangle, in place. */
    static void invertTriangle(DoublePointer matrix, int n) {
        useOneThread();
        int info = openblas.LAPACKE_dtrtri(LAPACK_COL_MAJOR, UPPER, NON_UNIT, n, matrix, n);
        if (requireArguments("dtrtri", info) != 0) {
            throw new IllegalStateException(
                    "dtrtri found a zero on the diagonal at " + info + ".\nMaybe the triangle is no Cholesky factor.");
        }
    }

    /** Adds AᵀA to the lower triangle of C; A is rows × n, C is n × n, both row-major. */
    static void addGram(DoublePointer a, int rows, int n, DoublePointer c) {
        useOneThread();
        openblas.cblas_dsyrk(
                openblas.CblasRowMajor, openblas.CblasLower, openblas.CblasTrans, n, rows, 1.0, a, n, 1.0, c, n);
    }

    private static void useOneThread() {
        // Before the library is loaded there is no number to read, and none to set.
        if (openblas_nolapack.blas_get_num_threads() != 1) {
            Loader.load(openblas.class);
            openblas_nolapack.blas_set_num_threads(1);
        }
    }

    private static int requireArguments(String routine, int info) {
        if (info < 0) {
            throw new IllegalStateException("LAPACK's " + routine + " returned " + info
                    + ".\nMaybe there was no memory left for its work space.");
        }
        return info;
    }
}
