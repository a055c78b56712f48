package org.paretopress.kernels.cuda;

import org.paretopress.kernels.ops.Precision;

class CudaBfloat16Test extends CudaContract {

    @Override
    Precision precision() {
        return Precision.BFLOAT16;
    }
}
