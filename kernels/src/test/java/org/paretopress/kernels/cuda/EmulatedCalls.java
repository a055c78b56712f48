package org.paretopress.kernels.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.jna.Memory;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import com.sun.jna.StringArray;
import com.sun.jna.ptr.IntByReference;
import com.sun.jna.ptr.LongByReference;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** Calls of the emulated libraries by name: as they are, and as tests need them. A {@code long} is a handle, an address or a size. */
final class EmulatedCalls {

    private final Map<Integer, Long> modules = new HashMap<>();
    private final Path folder;

    EmulatedCalls(Path folder) {
        this.folder = folder;
    }

    private NativeLibrary library(String file) {
        return NativeLibrary.getInstance(folder.resolve(file).toString());
    }

    long addressOf(String file, String name) {
        return Pointer.nativeValue(library(file).getFunction(name));
    }

    int call(String name, Object... arguments) {
        String library = name.startsWith("nvrtc")
                ? "libnvrtc.so.13"
                : name.startsWith("cublas") ? "libcublasLt.so.13" : "libcuda.so.1";
        return library(library).getFunction(name).invokeInt(arguments);
    }

    void ok(String name, Object... arguments) {
        assertThat(call(name, arguments)).as(name).isZero();
    }

    /** What a function writes where its first argument points. */
    long got(String name, Object... others) {
        LongByReference result = new LongByReference();
        Object[] arguments = new Object[others.length + 1];
        arguments[0] = result;
        System.arraycopy(others, 0, arguments, 1, others.length);
        ok(name, arguments);
        return result.getValue();
    }

    /** What a function writes where its second argument points. */
    long size(String name, long of) {
        LongByReference result = new LongByReference();
        ok(name, of, result);
        return result.getValue();
    }

    /** The examples, compiled for an operand. */
    long module(int operand) {
        return modules.computeIfAbsent(operand, some -> got("cuModuleLoadData", image(some, "sm_80")));
    }

    Memory image(int operand, String architecture) {
        try {
            String source = Files.readString(folder.resolve("examples.cu"));
            long program = got("nvrtcCreateProgram", source, "examples.cu", 0, null, null);
            StringArray options =
                    new StringArray(new String[] {"-DOPERAND=" + operand, "-arch=" + architecture, "--std=c++17"});
            int result = call("nvrtcCompileProgram", program, 3, options);
            Memory log = new Memory(size("nvrtcGetProgramLogSize", program));
            ok("nvrtcGetProgramLog", program, log);
            assertThat(result).as(log.getString(0)).isZero();
            Memory image = new Memory(size("nvrtcGetCUBINSize", program));
            ok("nvrtcGetCUBIN", program, image);
            ok("nvrtcDestroyProgram", new LongByReference(program));
            return image;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void run(int operand, String kernel, int blocks, int threads, int shared, Object... arguments) {
        assertThat(launch(operand, kernel, blocks, threads, shared, arguments))
                .as(kernel)
                .isZero();
    }

    int launch(int operand, String kernel, int blocks, int threads, int shared, Object... arguments) {
        return launch(operand, kernel, new int[] {blocks, 1, 1, threads, 1, 1}, shared, arguments);
    }

    int launch(int operand, String kernel, int[] shape, int shared, Object... arguments) {
        long function = got("cuModuleGetFunction", module(operand), kernel);
        Memory values = new Memory(8L * arguments.length);
        Memory addresses = new Memory(8L * arguments.length);
        for (int i = 0; i < arguments.length; i++) {
            addresses.setPointer(8L * i, values.share(8L * i));
            if (arguments[i] instanceof Long address) {
                values.setLong(8L * i, address);
            } else if (arguments[i] instanceof Float value) {
                values.setFloat(8L * i, value);
            } else {
                values.setInt(8L * i, (Integer) arguments[i]);
            }
        }
        return call(
                "cuLaunchKernel",
                function,
                shape[0],
                shape[1],
                shape[2],
                shape[3],
                shape[4],
                shape[5],
                shared,
                0L,
                addresses,
                null);
    }

    long allocate(long bytes) {
        return got("cuMemAlloc_v2", bytes);
    }

    long upload(float[] values) {
        Memory memory = new Memory(4L * values.length);
        memory.write(0, values, 0, values.length);
        return upload(memory);
    }

    long upload(short[] values) {
        Memory memory = new Memory(2L * values.length);
        memory.write(0, values, 0, values.length);
        return upload(memory);
    }

    long upload(Memory memory) {
        long address = allocate(memory.size());
        ok("cuMemcpyHtoD_v2", address, memory, memory.size());
        return address;
    }

    Memory bytes(long address, long count) {
        Memory memory = new Memory(count);
        ok("cuMemcpyDtoH_v2", memory, address, count);
        return memory;
    }

    float[] download(long address, int count) {
        return bytes(address, 4L * count).getFloatArray(0, count);
    }

    /** @param type 0 float, 1 bfloat16, 2 float16 */
    long layout(int type, int rows, int columns, int ld) {
        return got("cublasLtMatrixLayoutCreate", new int[] {0, 14, 2}[type], (long) rows, (long) columns, (long) ld);
    }

    /** D = 1.5 op(A) op(B) + beta C, with the workspace that the heuristic asks for. */
    int multiply(int transA, int transB, long[] addresses, long[] layouts, float beta) {
        long handle = got("cublasLtCreate");
        long desc = got("cublasLtMatmulDescCreate", 68, 0);
        ok("cublasLtMatmulDescSetAttribute", desc, 3, new IntByReference(transA), 4L);
        ok("cublasLtMatmulDescSetAttribute", desc, 4, new IntByReference(transB), 4L);
        long preference = got("cublasLtMatmulPreferenceCreate");
        ok("cublasLtMatmulPreferenceSetAttribute", preference, 1, new LongByReference(1 << 20), 8L);
        Memory heuristic = new Memory(96);
        int error = call(
                "cublasLtMatmulAlgoGetHeuristic",
                handle,
                desc,
                layouts[0],
                layouts[1],
                layouts[2],
                layouts[3],
                preference,
                1,
                heuristic,
                new IntByReference());
        if (error != 0) {
            return error;
        }
        Memory factors = new Memory(8);
        factors.write(0, new float[] {1.5f, beta}, 0, 2);
        long workspace = heuristic.getLong(64);
        return call(
                "cublasLtMatmul",
                handle,
                desc,
                factors,
                addresses[0],
                layouts[0],
                addresses[1],
                layouts[1],
                factors.share(4),
                addresses[2],
                layouts[2],
                addresses[3],
                layouts[3],
                heuristic,
                allocate(workspace),
                workspace,
                0L);
    }
}
