package org.paretopress.kernels.levels;

/**
 * How far a level is from the dense layer; all finite and not negative. W = dense weights, Q = the level's weights,
 * H = mean over calibration tokens of x xᵀ.
 *
 * @param weightError ‖W−Q‖² / ‖W‖², Frobenius norms; the relative weight error of L-GreCo (Markov et al., MLSys 2024)
 * @param outputError tr((W−Q) H (W−Q)ᵀ): mean squared change of the layer's output per token; the objective of
 *     GPTQ (Frantar et al., ICLR 2023, eq. 1)
 * @param relativeOutputError outputError / tr(W H Wᵀ)
 */
public record LevelErrors(double weightError, double outputError, double relativeOutputError) {

    public LevelErrors {
        requireAll(weightError, outputError, relativeOutputError);
    }

    static void requireAll(double weightError, double outputError, double relativeOutputError) {
        requireError("weightError", weightError);
        requireError("outputError", outputError);
        requireError("relativeOutputError", relativeOutputError);
    }

    private static void requireError(String name, double value) {
        if (!(value >= 0 && value <= Double.MAX_VALUE)) {
            throw new IllegalArgumentException(name + " = " + value
                    + " is not a finite number from 0.\nMaybe weights or calibration statistics were not finite.");
        }
    }
}
