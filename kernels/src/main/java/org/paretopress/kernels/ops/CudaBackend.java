package org.paretopress.kernels.ops;

import java.util.Optional;
import org.nd4j.common.config.ND4JClassLoading;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.factory.Nd4jBackend;

/**
 * ND4J's CUDA backend, which is on the class path of builds with {@code -Pcuda}.
 *
 * <p>ND4J computes on one backend a JVM: the one that can run when ND4J is first touched, CUDA before the CPU, and for good. So where
 * the CUDA backend is on the class path, ND4J is left to it: the CPU engine then takes its memory from elsewhere ({@link CpuMemory}).
 * Both engines serve one JVM, in any order, and a JVM that computes on the CPU alone opens no GPU.
 */
public final class CudaBackend {

    private static final String NAME = "org.nd4j.linalg.jcublas.JCublasBackend";

    private CudaBackend() {}

    /** Whether this build has it; asks no driver and loads no library. */
    public static boolean isOnClassPath() {
        return ND4JClassLoading.getNd4jClassloader().getResource(NAME.replace('.', '/') + ".class") != null;
    }

    /** Loads ND4J with it; afterwards, and where it is loaded already, nothing. Otherwise why not, as {@link KernelProvider#obstacle}. */
    public static Optional<String> load() {
        try {
            for (Nd4jBackend offered : ND4JClassLoading.loadService(Nd4jBackend.class)) {
                if (isIt(offered)) {
                    offered.isAvailable();
                }
            }
            Nd4jBackend loaded = Nd4j.getBackend();
            return isIt(loaded)
                    ? Optional.empty()
                    : Optional.of("ND4J, which has one backend a JVM, has already loaded "
                            + loaded.getClass().getSimpleName() + " in this one\nMaybe something else uses ND4J here");
        } catch (LinkageError | RuntimeException e) {
            return Optional.of("ND4J's CUDA backend does not load (" + root(e)
                    + ")\nMaybe install CUDA 11, or build with -Pcuda,cuda-libraries");
        }
    }

    private static boolean isIt(Nd4jBackend backend) {
        return backend.getClass().getName().equals(NAME);
    }

    private static Throwable root(Throwable e) {
        return e.getCause() == null ? e : root(e.getCause());
    }
}
