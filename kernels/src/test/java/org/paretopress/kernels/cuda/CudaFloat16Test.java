package org.paretopress.kernels.cuda;

import org.paretopress.kernels.ops.Precision;

class CudaFloat16Test extends CudaContract {

    @Override
    Precision precision() {
        return Precision.FLOAT16;
    }
}
