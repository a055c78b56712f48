package org.paretopress.kernels.cuda;

import com.sun.jna.Pointer;
import com.sun.jna.ptr.PointerByReference;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.paretopress.kernels.ops.Precision;

/** The kernels of a device, compiled for it and for what products read there; shared by its threads. */
final class CompiledKernels {

    private static final String SOURCE = "kernels.cu";
    private static final String ATTENTION = "attention.cu";

    private final CudaDevice device;
    private final KernelCompiler compiler;
    private final List<String> options;
    private final Pointer module;
    private final Map<String, Kernel> kernels = new HashMap<>();

    /** A kernel that can be launched. */
    record Kernel(String name, Pointer handle) {}

    CompiledKernels(CudaDevice device, KernelCompiler compiler, GpuProperties properties, Precision precision) {
        this.device = device;
        this.compiler = compiler;
        this.options = List.of(
                "--gpu-architecture=sm_" + properties.major() + properties.minor(), "-DOPERAND=" + operand(precision));
        this.module = load(compiler.compile(SOURCE, options));
    }

    /** What products read, as {@code OPERAND} in {@code primitives.cuh} counts it. */
    static int operand(Precision precision) {
        return switch (precision) {
            case FLOAT32 -> 0;
            case BFLOAT16 -> 1;
            case FLOAT16 -> 2;
        };
    }

    /** What compiled them. */
    String compiler() {
        return "NVRTC " + compiler.version();
    }

    /** A kernel of {@code kernels.cu}. */
    synchronized Kernel get(String name) {
        return kernels.computeIfAbsent(name, unused -> function(module, name));
    }

    /** The kernel of {@code attention.cu} for heads of a size, a multiple of 16. */
    synchronized Kernel attention(int headSize) {
        return kernels.computeIfAbsent("attention " + headSize, unused -> {
            byte[] code = compiler.compile(ATTENTION, with("-DHEAD_SIZE=" + headSize));
            Kernel kernel = function(load(code), "attention");
            device.check(
                    device.driver()
                            .cuFuncSetAttribute(
                                    kernel.handle(),
                                    DriverApi.FUNCTION_MAX_DYNAMIC_SHARED_BYTES,
                                    TiledAttention.sharedBytes(headSize)),
                    "give attention its shared memory");
            return kernel;
        });
    }

    private List<String> with(String option) {
        return List.of(options.get(0), options.get(1), option);
    }

    private Pointer load(byte[] code) {
        device.enter();
        PointerByReference loaded = new PointerByReference();
        device.check(device.driver().cuModuleLoadData(loaded, code), "load kernels");
        return loaded.getValue();
    }

    private Kernel function(Pointer from, String name) {
        device.enter();
        PointerByReference function = new PointerByReference();
        device.check(device.driver().cuModuleGetFunction(function, from, name), "find kernel " + name);
        return new Kernel(name, function.getValue());
    }
}
