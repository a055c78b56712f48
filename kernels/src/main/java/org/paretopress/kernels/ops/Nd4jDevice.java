package org.paretopress.kernels.ops;

import org.nd4j.linalg.api.concurrency.AffinityManager;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The device that ND4J is to compute on. ND4J deals out GPUs to threads in turn; who claims one has it until the thread claims another.
 *
 * <p>Not proven: that arrays of several GPUs keep apart in one JVM.
 *
 * @param number as CUDA counts GPUs; on the CPU backend there is 0 alone, and claiming does nothing
 */
record Nd4jDevice(int number) {

    /** Makes the calling thread compute there. */
    void claim() {
        AffinityManager threads = Nd4j.getAffinityManager();
        if (threads.getDeviceForCurrentThread() != number) {
            threads.unsafeSetDevice(number);
        }
    }
}
