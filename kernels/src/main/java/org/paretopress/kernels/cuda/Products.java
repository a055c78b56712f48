package org.paretopress.kernels.cuda;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.FloatByReference;
import com.sun.jna.ptr.IntByReference;
import com.sun.jna.ptr.LongByReference;
import com.sun.jna.ptr.PointerByReference;
import java.util.HashMap;
import java.util.Map;
import org.paretopress.kernels.ops.Precision;

/**
 * Matrix products by cuBLASLt, with sums in 32 bits. The library is asked once for every shape which of its kernels is best, by shape and
 * alignment alone; so a product is a function of its operands. Row-major matrices are its column-major ones transposed.
 */
final class Products implements AutoCloseable {

    private static final long WORKSPACE_BYTES = 32L << 20;
    /** To which the memory of all operands is aligned. */
    private static final long ALIGNMENT = 16;

    private final CudaDevice device;
    private final CublasLtApi api;
    private final CudaStream stream;
    private final Pointer handle;
    private final CudaDevice.Memory workspace;
    private final Map<Shape, Plan> plans = new HashMap<>();
    private final FloatByReference one = new FloatByReference(1);
    private final FloatByReference zero = new FloatByReference(0);

    /** A matrix as the library sees it. */
    private record Matrix(int rows, int columns, int leading, Precision precision) {

        static Matrix of(CudaTensor tensor) {
            return new Matrix(tensor.columns(), tensor.rows(), tensor.stride(), tensor.precision());
        }
    }

    /** All that a kernel is chosen by. */
    private record Shape(boolean transposeA, Matrix a, boolean transposeB, Matrix b, Matrix c) {}

    /** How the library computes products of a shape. */
    private record Plan(Pointer description, Pointer a, Pointer b, Pointer c, Memory algorithm) {}

    /** A function of the library that makes something. */
    private interface Maker {
        int make(PointerByReference made);
    }

    Products(CudaDevice device, CublasLtApi api, CudaStream stream) {
        this.device = device;
        this.api = api;
        this.stream = stream;
        this.handle = make("start", api::cublasLtCreate);
        this.workspace = device.allocate(WORKSPACE_BYTES);
    }

    /** {@code out = op(left)·op(right)}, or added to it; op transposes where it is asked to. */
    void multiply(
            CudaTensor left,
            boolean transposeLeft,
            CudaTensor right,
            boolean transposeRight,
            CudaTensor out,
            boolean accumulate) {
        Shape shape = new Shape(transposeRight, Matrix.of(right), transposeLeft, Matrix.of(left), Matrix.of(out));
        Plan plan = plans.get(shape);
        if (plan == null) {
            plan = plan(shape);
            plans.put(shape, plan);
        }
        int error = api.cublasLtMatmul(
                handle,
                plan.description,
                one,
                right.address(),
                plan.a,
                left.address(),
                plan.b,
                accumulate ? one : zero,
                out.address(),
                plan.c,
                out.address(),
                plan.c,
                plan.algorithm,
                workspace.address(),
                WORKSPACE_BYTES,
                stream.handle());
        if (error != 0) {
            check(error, "multiply " + shape);
        }
    }

    private Plan plan(Shape shape) {
        Pointer description = make(
                "describe " + shape,
                made -> api.cublasLtMatmulDescCreate(made, CublasLtApi.COMPUTE_FLOAT32, CublasLtApi.TYPE_FLOAT32));
        transpose(description, CublasLtApi.DESCRIPTION_TRANSPOSE_A, shape.transposeA);
        transpose(description, CublasLtApi.DESCRIPTION_TRANSPOSE_B, shape.transposeB);
        Pointer a = layout(shape.a);
        Pointer b = layout(shape.b);
        Pointer c = layout(shape.c);
        Pointer preference = make("take preferences", api::cublasLtMatmulPreferenceCreate);
        try {
            prefer(preference, CublasLtApi.PREFERENCE_WORKSPACE_BYTES, WORKSPACE_BYTES, Long.BYTES);
            prefer(
                    preference,
                    CublasLtApi.PREFERENCE_REDUCTION_SCHEMES,
                    CublasLtApi.REDUCE_IN_COMPUTE_TYPE,
                    Integer.BYTES);
            for (int matrix = 0; matrix < 4; matrix++) {
                prefer(preference, CublasLtApi.PREFERENCE_ALIGNMENT_A + matrix, ALIGNMENT, Integer.BYTES);
            }
            Memory algorithm = new Memory(CublasLtApi.HEURISTIC_BYTES);
            IntByReference found = new IntByReference();
            int error = api.cublasLtMatmulAlgoGetHeuristic(
                    handle, description, a, b, c, c, preference, 1, algorithm, found);
            if (error != 0 || found.getValue() == 0 || algorithm.getInt(CublasLtApi.HEURISTIC_STATE) != 0) {
                throw new CudaException("cuBLASLt knows no way to multiply " + shape + " (status " + error + ")."
                        + CudaLibraries.ANOTHER_MAY_HELP);
            }
            return new Plan(description, a, b, c, algorithm);
        } finally {
            api.cublasLtMatmulPreferenceDestroy(preference);
        }
    }

    private void transpose(Pointer description, int attribute, boolean transpose) {
        IntByReference value = new IntByReference(transpose ? 1 : 0);
        check(api.cublasLtMatmulDescSetAttribute(description, attribute, value, Integer.BYTES), "transpose an operand");
    }

    /** The value's lower bytes count: the machine is little-endian. */
    private void prefer(Pointer preference, int attribute, long value, long bytes) {
        LongByReference reference = new LongByReference(value);
        check(
                api.cublasLtMatmulPreferenceSetAttribute(preference, attribute, reference, bytes),
                "take preference " + attribute);
    }

    private Pointer layout(Matrix matrix) {
        int type =
                switch (matrix.precision) {
                    case FLOAT32 -> CublasLtApi.TYPE_FLOAT32;
                    case BFLOAT16 -> CublasLtApi.TYPE_BFLOAT16;
                    case FLOAT16 -> CublasLtApi.TYPE_FLOAT16;
                };
        return make(
                "describe " + matrix,
                made -> api.cublasLtMatrixLayoutCreate(made, type, matrix.rows, matrix.columns, matrix.leading));
    }

    private Pointer make(String what, Maker maker) {
        device.enter();
        PointerByReference made = new PointerByReference();
        check(maker.make(made), what);
        return made.getValue();
    }

    private static void check(int error, String what) {
        if (error != 0) {
            throw new CudaException(
                    "cuBLASLt cannot " + what + ": status " + error + "." + CudaLibraries.ANOTHER_MAY_HELP);
        }
    }

    @Override
    public void close() {
        device.enter();
        for (Plan plan : plans.values()) {
            api.cublasLtMatmulDescDestroy(plan.description);
            api.cublasLtMatrixLayoutDestroy(plan.a);
            api.cublasLtMatrixLayoutDestroy(plan.b);
            api.cublasLtMatrixLayoutDestroy(plan.c);
        }
        plans.clear();
        api.cublasLtDestroy(handle);
        workspace.close();
    }
}
