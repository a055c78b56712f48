package org.paretopress.kernels.cuda;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.paretopress.kernels.ops.Device;
import org.paretopress.kernels.ops.KernelProvider;
import org.paretopress.kernels.ops.OwnFolder;
import org.paretopress.kernels.ops.Precision;
import org.paretopress.kernels.ops.Tensor;
import org.paretopress.kernels.ops.TensorOps;

/**
 * Kernels of our own for every GPU whose driver serves CUDA {@value CudaLibraries#OLDEST} or later: see {@link CudaOps}. Whether they can be
 * used on a device is found out by using them: libraries are loaded, kernels compiled, and one product computed.
 */
public final class CudaKernels implements KernelProvider {

    /** Rows and columns of what is computed to try a device out. */
    private static final int TRIAL = 64;

    private final CudaLibraries libraries;
    private final GpuDriver driver;
    private final GpuProbe probe;
    private final Path folder;
    private final Map<Device, Opened> opened = new HashMap<>();

    /** What the engines of a device share. */
    private record Opened(
            GpuProperties gpu, CudaDevice device, CublasLtApi cublasLt, CompiledKernels kernels, Precision precision) {
        TensorOps engine() {
            return new CudaOps(device, cublasLt, kernels, precision);
        }

        /** What makes the machine code that runs. */
        String libraries() {
            return kernels.compiler() + ", cuBLASLt " + cublasLt.cublasLtGetVersion();
        }
    }

    /** With the libraries that this process finds. */
    public CudaKernels() {
        this(System.getenv(), OwnFolder.cache());
    }

    /**
     * With other libraries.
     *
     * @param environment variables, see {@link CudaLibraries}
     * @param folder where compiled kernels are kept
     */
    CudaKernels(Map<String, String> environment, Path folder) {
        this(environment, folder, new GpuDriver(new CudaLibraries(environment)));
    }

    /** With another that is asked for GPUs: in tests, they are only said to be there. */
    CudaKernels(Map<String, String> environment, Path folder, GpuProbe probe) {
        this.libraries = new CudaLibraries(environment);
        this.driver = new GpuDriver(libraries);
        this.probe = probe;
        this.folder = folder;
    }

    @Override
    public String name() {
        return "CUDA kernels";
    }

    @Override
    public Optional<String> obstacle(Device device) {
        if (!device.isGpu()) {
            return Optional.of("they compute on GPUs alone");
        }
        try {
            return unfit(probe.of(device.gpu()), device.precision()).or(() -> {
                tryOut(device);
                return Optional.empty();
            });
        } catch (CudaException e) {
            return Optional.of(e.clause());
        } catch (LinkageError e) {
            return Optional.of(e.toString());
        }
    }

    @Override
    public synchronized String description(Device device) {
        Opened known = opened.get(device);
        return known == null
                ? name() + " on " + device
                : name() + " (" + known.libraries() + ") on " + device + ", "
                        + known.gpu().name() + " of compute capability "
                        + known.gpu().computeCapability();
    }

    @Override
    public synchronized String kind(Device device) {
        Opened known = opened.get(device);
        return known == null
                ? KernelProvider.super.kind(device)
                : name() + " in " + device.precision() + " on " + known.gpu().name() + " with " + known.libraries();
    }

    /** What the properties of a device alone say against it. */
    static Optional<String> unfit(GpuProperties gpu, Precision precision) {
        if (gpu.driverCuda() < 1000 * CudaLibraries.OLDEST) {
            return Optional.of("the driver of " + gpu.name() + " serves CUDA " + gpu.driverCudaVersion() + ", not "
                    + CudaLibraries.OLDEST + ".0 or later\nMaybe update the driver");
        }
        if (precision != Precision.FLOAT32 && !gpu.isAtLeast(8, 0)) {
            return Optional.of(
                    gpu.name() + " has compute capability " + gpu.computeCapability() + ", and tensor cores for "
                            + precision + " as these kernels use them come with 8.0"
                            + "\nMaybe ask for spark.paretopress.precision=float32");
        }
        return Optional.empty();
    }

    /** A product, and attention of tokens that are all alike. */
    private void tryOut(Device device) {
        try (TensorOps ops = open(device);
                Tensor ones = ops.allocateOperand(TRIAL, TRIAL);
                Tensor product = ops.allocateOperand(TRIAL, TRIAL)) {
            float[] row = new float[TRIAL];
            Arrays.fill(row, 1);
            for (int r = 0; r < TRIAL; r++) {
                ones.writeRow(r, row, 0);
            }
            ops.linear(ones, ones, product, false);
            ops.attention(ones, ones, product, TRIAL, TRIAL, product);
            product.readRow(TRIAL - 1, row);
            for (float value : row) {
                if (value != TRIAL) {
                    throw new CudaException(
                            "The GPU computes " + value + " where " + TRIAL + " is right.\nMaybe it is damaged.");
                }
            }
        }
    }

    @Override
    public synchronized TensorOps open(Device device) {
        return opened.computeIfAbsent(device, this::start).engine();
    }

    private Opened start(Device device) {
        GpuProperties gpu = probe.of(device.gpu());
        KernelCompiler compiler = new KernelCompiler(libraries.nvrtc(gpu.driverCuda()), new KeptCode(folder));
        CublasLtApi cublasLt = libraries.cublasLt(gpu.driverCuda());
        CudaDevice opening = new CudaDevice(driver, device.gpu());
        return new Opened(
                gpu,
                opening,
                cublasLt,
                new CompiledKernels(opening, compiler, gpu, device.precision()),
                device.precision());
    }
}
