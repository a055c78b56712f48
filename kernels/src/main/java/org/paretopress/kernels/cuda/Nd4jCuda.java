package org.paretopress.kernels.cuda;

import java.util.Optional;
import java.util.function.Supplier;
import org.paretopress.kernels.ops.CudaBackend;
import org.paretopress.kernels.ops.Device;
import org.paretopress.kernels.ops.KernelProvider;
import org.paretopress.kernels.ops.Nd4jArrayOps;
import org.paretopress.kernels.ops.Precision;
import org.paretopress.kernels.ops.TensorOps;

/**
 * Kernels on ND4J's CUDA backend, for builds with {@code -Pcuda} and for NVIDIA GPUs from Maxwell to Ada: that backend was last
 * published for CUDA 11.6 and holds machine code alone, which later GPUs cannot run.
 *
 * <p>The address that Spark gave is taken for the number by which CUDA counts the GPU, and each thread that touches an engine computes
 * there; {@link GpuDriver} makes CUDA count like NVIDIA's tools.
 *
 * <p>Not proven on a GPU. The same engine passes the contract on ND4J's CPU backend. ND4J looks at
 * all GPUs of the machine when it is loaded; what becomes of that where one of them is too new was never tried.
 */
public final class Nd4jCuda implements KernelProvider {

    private static final String CUDA = "11.6";

    private final GpuProbe probe;
    private final boolean inThisBuild;
    private final Supplier<Optional<String>> backend;

    public Nd4jCuda() {
        this(new GpuDriver(new CudaLibraries(System.getenv())), CudaBackend.isOnClassPath(), CudaBackend::load);
    }

    /**
     * @param inThisBuild whether ND4J's CUDA backend is on the class path
     * @param backend loads it, or says why not
     */
    Nd4jCuda(GpuProbe probe, boolean inThisBuild, Supplier<Optional<String>> backend) {
        this.probe = probe;
        this.inThisBuild = inThisBuild;
        this.backend = backend;
    }

    @Override
    public String name() {
        return Nd4jArrayOps.description() + " on CUDA " + CUDA;
    }

    /** Loads ND4J's CUDA backend where nothing else is in the way: only then is it known whether its libraries are there. */
    @Override
    public Optional<String> obstacle(Device device) {
        if (!device.isGpu()) {
            return Optional.of("computes on GPUs alone, not on the CPU");
        }
        if (!inThisBuild) {
            return Optional.of("this build is without ND4J's CUDA backend\nMaybe build with -Pcuda");
        }
        if (device.precision() != Precision.FLOAT32) {
            return Optional.of("multiplies in " + Precision.FLOAT32 + " alone, not in " + device.precision()
                    + "\nMaybe set spark.paretopress.precision=" + Precision.FLOAT32);
        }
        if (!device.gpu().matches("\\d{1,4}")) {
            return Optional.of("finds GPUs by their number, such as 0, not by " + device.gpu());
        }
        try {
            return tooOldOrTooNew(device, probe.of(device.gpu())).or(backend);
        } catch (CudaException e) {
            return Optional.of(e.clause());
        }
    }

    private static Optional<String> tooOldOrTooNew(Device device, GpuProperties gpu) {
        String subject = "GPU " + device.gpu() + ", " + gpu.name() + ", ";
        if (!gpu.isAtLeast(5, 0) || gpu.isAtLeast(9, 0)) {
            return Optional.of(subject + "has compute capability " + gpu.computeCapability()
                    + ", and ND4J's build for CUDA " + CUDA + " computes on 5.0 to 8.9");
        }
        if (gpu.driverCuda() < 11000) {
            return Optional.of(subject + "has a driver for CUDA " + gpu.driverCudaVersion()
                    + ", and ND4J's build for CUDA " + CUDA + " needs one for 11.0 or later\nMaybe update the driver");
        }
        return Optional.empty();
    }

    @Override
    public TensorOps open(Device device) {
        return new Nd4jArrayOps(Integer.parseInt(device.gpu()));
    }
}
