package org.paretopress.kernels.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.IOException;
import java.net.URL;
import java.util.Enumeration;
import org.junit.jupiter.api.Test;
import org.nd4j.common.config.ND4JClassLoading;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.factory.Nd4jBackend;
import org.paretopress.kernels.OwnProcess;

/** A JVM whose class path seems to have ND4J's CUDA backend: its CPU engine computes and does not touch ND4J, which would open a GPU. */
class CudaBackendTest {

    @Test
    void theCpuEngineLeavesNd4jToGpus() throws IOException, InterruptedException {
        assertThat(OwnProcess.run(Beside.class).strip()).isEqualTo("the backend is there, ND4J untouched: 14.0");
    }

    /** Multiplies on the CPU. */
    static final class Beside {

        public static void main(String[] arguments) {
            ND4JClassLoading.setNd4jClassloader(new Pretending());
            if (CudaBackend.isOnClassPath()) {
                System.out.print("the backend is there, ");
            }
            try (TensorOps ops = new Nd4jOps();
                    Tensor x = ops.allocate(1, 3);
                    Tensor y = ops.allocate(1, 1)) {
                x.writeRow(0, new float[] {1, 2, 3}, 0);
                ops.linear(x, x, y, false);
                float[] product = new float[1];
                y.readRow(0, product);
                System.out.println("ND4J untouched: " + product[0]);
            }
        }
    }

    /** ND4J's CPU library, which stands in here, says that none of the device's memory is free. */
    @Test
    void theEngineOfArraysAsksNd4jForTheMemoryOfItsDevice() throws IOException, InterruptedException {
        assumeFalse(CudaBackend.isOnClassPath(), "ND4J would look for GPUs");
        assertThat(OwnProcess.run(Asking.class).strip()).isEqualTo("before OptionalLong.empty, after OptionalLong[0]");
    }

    /** Prints the free bytes without and with what seems to be the CUDA backend. */
    static final class Asking {

        public static void main(String[] arguments) {
            try (TensorOps ops = new Nd4jArrayOps(0)) {
                System.out.print("before " + ops.freeBytes());
                Nd4j.getBackend();
                ND4JClassLoading.setNd4jClassloader(new Pretending());
                System.out.println(", after " + ops.freeBytes());
            }
        }
    }

    /** Finds a class file of the CUDA backend, and fails where ND4J looks for its backends. */
    private static final class Pretending extends ClassLoader {

        Pretending() {
            super(CudaBackendTest.class.getClassLoader());
        }

        @Override
        public URL getResource(String name) {
            return super.getResource(name.endsWith("JCublasBackend.class") ? "java/lang/Object.class" : name);
        }

        @Override
        public Enumeration<URL> getResources(String name) throws IOException {
            if (name.contains(Nd4jBackend.class.getName())) {
                throw new AssertionError("ND4J was touched");
            }
            return super.getResources(name);
        }
    }
}
