package org.paretopress.kernels.ops;

import static org.junit.jupiter.api.extension.ConditionEvaluationResult.enabled;

import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.paretopress.kernels.cuda.Nd4jCuda;

/** The contract on ND4J's CUDA backend, in builds with {@code -Pcuda} on machines with a GPU that it can run on; skipped elsewhere. */
@ExtendWith(Nd4jCudaContractTest.NothingInTheWay.class)
class Nd4jCudaContractTest extends TensorOpsContract {

    private static final Device FIRST_GPU = new Device("0", Precision.FLOAT32);
    private static final KernelProvider PROVIDER = new Nd4jCuda();

    /** Skips with what the provider says. */
    static final class NothingInTheWay implements ExecutionCondition {

        @Override
        public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
            return PROVIDER.obstacle(FIRST_GPU)
                    .map(obstacle -> ConditionEvaluationResult.disabled(PROVIDER.name() + ": " + obstacle))
                    .orElseGet(() -> enabled("a GPU"));
        }
    }

    @Override
    protected TensorOps create() {
        return PROVIDER.open(FIRST_GPU);
    }
}
