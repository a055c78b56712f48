package org.paretopress.kernels.compress;

import static org.bytedeco.openblas.global.openblas.LAPACK_COL_MAJOR;

import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.openblas.global.openblas;
import org.bytedeco.openblas.presets.openblas_nolapack;

/**
 * The routines of OpenBLAS that compression needs, on row-major matrices in native memory. OpenBLAS is held to
 * one thread: its sums depend on the number of threads, and tasks side by side use the cores better.
 */
final class Lapack {

    private static final byte UPPER = 'U';
    private static final byte NON_UNIT = 'N';
    private static final byte THIN = 'S';
    private static final byte VECTORS = 'V';

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

    /**
     * Left singular vectors of a matrix, thin, by descending singular value. Takes columns · min(rows, columns) doubles
     * and LAPACK's work space beside the arguments.
     *
     * @param a row-major, rows × columns; destroyed
     * @param u row-major, rows × min(rows, columns): a vector a column
     * @return 0, or LAPACK's code of a failure
     */
    static int leftSingularVectors(DoublePointer a, int rows, int columns, DoublePointer u) {
        useOneThread();
        int k = Math.min(rows, columns);
        // LAPACK sees Aᵀ = V S Uᵀ: its left vectors are not wanted, its right ones lie in memory as rows × k.
        try (DoublePointer values = new DoublePointer(k);
                DoublePointer v = new DoublePointer((long) columns * k)) {
            return openblas.LAPACKE_dgesdd(LAPACK_COL_MAJOR, THIN, columns, rows, a, columns, values, v, columns, u, k);
        }
    }

    /**
     * Eigenvectors of a symmetric matrix by ascending eigenvalue, in place: a vector a row.
     *
     * @param matrix row-major, n × n; its lower triangle is read
     * @return 0, or LAPACK's code of a failure
     */
    static int eigenvectors(DoublePointer matrix, int n) {
        useOneThread();
        try (DoublePointer values = new DoublePointer(n)) {
            return openblas.LAPACKE_dsyevd(LAPACK_COL_MAJOR, VECTORS, UPPER, n, matrix, n, values);
        }
    }

    /** C = op(A) · op(B), row-major without gaps; C is rows × columns, op(A) rows × inner. */
    static void multiply(
            boolean transposeA,
            DoublePointer a,
            boolean transposeB,
            DoublePointer b,
            int rows,
            int columns,
            int inner,
            DoublePointer c) {
        useOneThread();
        openblas.cblas_dgemm(
                openblas.CblasRowMajor,
                transposeA ? openblas.CblasTrans : openblas.CblasNoTrans,
                transposeB ? openblas.CblasTrans : openblas.CblasNoTrans,
                rows,
                columns,
                inner,
                1.0,
                a,
                transposeA ? rows : inner,
                b,
                transposeB ? inner : columns,
                0.0,
                c,
                columns);
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
