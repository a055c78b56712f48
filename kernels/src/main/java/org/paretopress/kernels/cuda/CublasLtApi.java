package org.paretopress.kernels.cuda;

import com.sun.jna.Library;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.FloatByReference;
import com.sun.jna.ptr.IntByReference;
import com.sun.jna.ptr.LongByReference;
import com.sun.jna.ptr.PointerByReference;

/** What is used of cuBLASLt, as {@code cublasLt.h} declares it; the same in CUDA 12 and 13. Matrices are column-major there. */
interface CublasLtApi extends Library {

    int COMPUTE_FLOAT32 = 68;
    int TYPE_FLOAT32 = 0;
    int TYPE_FLOAT16 = 2;
    int TYPE_BFLOAT16 = 14;
    int DESCRIPTION_TRANSPOSE_A = 3;
    int DESCRIPTION_TRANSPOSE_B = 4;
    int PREFERENCE_WORKSPACE_BYTES = 1;
    int PREFERENCE_REDUCTION_SCHEMES = 3;
    /** Of the schemes in which parts of a sum may be added up: in 32 bits, not in those of the result. */
    int REDUCE_IN_COMPUTE_TYPE = 2;
    /** Those of B, C and D follow. */
    int PREFERENCE_ALIGNMENT_A = 5;
    /** Of a {@code cublasLtMatmulHeuristicResult_t}, which begins with the algorithm. */
    int HEURISTIC_BYTES = 96;
    /** Where in it stands whether it was found. */
    int HEURISTIC_STATE = 72;

    /** cublasLtGetVersion, such as 130002 for 13.0.2. */
    long cublasLtGetVersion();

    int cublasLtCreate(PointerByReference handle);

    int cublasLtDestroy(Pointer handle);

    int cublasLtMatmulDescCreate(PointerByReference description, int compute, int scale);

    int cublasLtMatmulDescSetAttribute(Pointer description, int attribute, IntByReference value, long bytes);

    int cublasLtMatmulDescDestroy(Pointer description);

    int cublasLtMatrixLayoutCreate(PointerByReference layout, int type, long rows, long columns, long leading);

    int cublasLtMatrixLayoutDestroy(Pointer layout);

    int cublasLtMatmulPreferenceCreate(PointerByReference preference);

    int cublasLtMatmulPreferenceSetAttribute(Pointer preference, int attribute, LongByReference value, long bytes);

    int cublasLtMatmulPreferenceDestroy(Pointer preference);

    int cublasLtMatmulAlgoGetHeuristic(
            Pointer handle,
            Pointer description,
            Pointer a,
            Pointer b,
            Pointer c,
            Pointer d,
            Pointer preference,
            int asked,
            Pointer results,
            IntByReference returned);

    int cublasLtMatmul(
            Pointer handle,
            Pointer description,
            FloatByReference alpha,
            long a,
            Pointer aLayout,
            long b,
            Pointer bLayout,
            FloatByReference beta,
            long c,
            Pointer cLayout,
            long d,
            Pointer dLayout,
            Pointer algorithm,
            long workspace,
            long workspaceBytes,
            Pointer stream);
}
