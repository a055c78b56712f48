package org.paretopress.kernels.ops;

import org.paretopress.kernels.model.ModelConfig;

/**
 * Cosines and sines of rotary position embeddings (Su et al., RoFormer, 2021), in the layout of Hugging Face Llama:
 * channel {@code i} of a head turns together with channel {@code i + headSize / 2}.
 *
 * @param headSize channels a head; even
 * @param cosines {@code positions × headSize / 2}, row by row
 * @param sines likewise
 */
public record Rotary(int headSize, int positions, float[] cosines, float[] sines) {

    /** The table for positions 0 to {@code positions - 1}, frequencies scaled as the model asks. */
    public static Rotary of(ModelConfig config, int positions) {
        int half = config.headSize() / 2;
        float[] cosines = new float[positions * half];
        float[] sines = new float[positions * half];
        for (int i = 0; i < half; i++) {
            int pair = i;
            double unscaled = Math.pow(config.ropeTheta(), -2.0 * i / config.headSize());
            double frequency = config.ropeScaling()
                    .map(scaling -> scaling.scaled(pair, unscaled))
                    .orElse(unscaled);
            for (int position = 0; position < positions; position++) {
                cosines[position * half + i] = (float) StrictMath.cos(position * frequency);
                sines[position * half + i] = (float) StrictMath.sin(position * frequency);
            }
        }
        return new Rotary(config.headSize(), positions, cosines, sines);
    }

    /** The same table turning the other way: the inverse of the rotation, and its transpose. */
    public Rotary reversed() {
        float[] negated = new float[sines.length];
        for (int i = 0; i < sines.length; i++) {
            negated[i] = -sines[i];
        }
        return new Rotary(headSize, positions, cosines, negated);
    }
}
