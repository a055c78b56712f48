package org.paretopress.kernels.ops;

/** The CPU engine in memory that is not ND4J's, as in builds that leave ND4J to GPUs. */
class PlainMemoryTest extends TensorOpsContract {

    @Override
    protected TensorOps create() {
        return new Nd4jOps(CpuMemory.Plain::new);
    }
}
