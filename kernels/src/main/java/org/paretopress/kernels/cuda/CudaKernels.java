package org.paretopress.kernels.cuda;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.paretopress.kernels.ops.Device;
import org.paretopress.kernels.ops.KernelProvider;
import org.paretopress.kernels.ops.OwnFolder;
import org.paretopress.kernels.ops.Precision;
import org.paretopress.kernels.ops.ReferenceOps;
import org.paretopress.kernels.ops.Tensor;
import org.paretopress.kernels.ops.TensorOps;

/**
 * Kernels of our own for every GPU whose driver serves CUDA {@value CudaLibraries#OLDEST} or later: see {@link CudaOps}. Whether they can be
 * used on a device is found out by using them: libraries are loaded, kernels compiled, and a product and attention computed.
 */
public final class CudaKernels implements KernelProvider {

    /** Of what is computed to try a device out: more tokens than a tile of attention takes, and two heads. */
    private static final int TRIAL_TOKENS = 100;

    private static final int TRIAL_CHANNELS = 64;
    /** What it may be off by: probabilities and sums of them, at most 1, are rounded to 8 bits at the least. */
    private static final double TRIAL_ROUNDING = 0.02;

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

    /** A product and attention with it, beside what their formulas say. */
    private void tryOut(Device device) {
        try (TensorOps ops = open(device);
                TensorOps formulas = new ReferenceOps()) {
            float[][] found = trial(ops);
            float[][] right = trial(formulas);
            for (int r = 0; r < TRIAL_TOKENS; r++) {
                for (int c = 0; c < TRIAL_CHANNELS; c++) {
                    if (!(Math.abs(found[r][c] - right[r][c]) <= TRIAL_ROUNDING)) {
                        throw new CudaException("The GPU computes " + found[r][c] + " where " + right[r][c]
                                + " is right.\nMaybe it is damaged.");
                    }
                }
            }
        }
    }

    private static float[][] trial(TensorOps ops) {
        try (Tensor x = signs(ops, TRIAL_TOKENS);
                Tensor weight = signs(ops, TRIAL_CHANNELS);
                Tensor queries = ops.allocateOperand(TRIAL_TOKENS, TRIAL_CHANNELS);
                Tensor attended = ops.allocateOperand(TRIAL_TOKENS, TRIAL_CHANNELS)) {
            ops.linear(x, weight, queries, false);
            ops.attention(queries, x, x, TRIAL_CHANNELS / 2, TRIAL_TOKENS, attended);
            float[][] rows = new float[TRIAL_TOKENS][TRIAL_CHANNELS];
            for (int r = 0; r < TRIAL_TOKENS; r++) {
                attended.readRow(r, rows[r]);
            }
            return rows;
        }
    }

    /** Whole numbers from -1 to 1; their sums are exact in every precision. */
    private static Tensor signs(TensorOps ops, int rows) {
        Tensor tensor = ops.allocateOperand(rows, TRIAL_CHANNELS);
        SplittableRandom random = new SplittableRandom(rows);
        float[] row = new float[TRIAL_CHANNELS];
        for (int r = 0; r < rows; r++) {
            for (int c = 0; c < TRIAL_CHANNELS; c++) {
                row[c] = random.nextInt(3) - 1f;
            }
            tensor.writeRow(r, row, 0);
        }
        return tensor;
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
