package org.paretopress.kernels.ggml;

/**
 * What a block stores beside its codes. Weights of sub-block j are
 * {@code (scale * scaleCodes[j]) * q - minimumScale * minimumCodes[j]} with q the code less the type's centre. All
 * products are exact in float, which has 24 bits: 11 of a half, and of the two codes together at most 13; the difference
 * is rounded once. So the floats do not depend on whether a machine fuses the product with the difference.
 *
 * @param scale binary16 bits
 * @param minimumScale binary16 bits; zero for types without minima
 * @param scaleCodes one a sub-block
 * @param minimumCodes one a sub-block; zeros for types without minima
 */
record BlockScales(short scale, short minimumScale, int[] scaleCodes, int[] minimumCodes) {

    /** Distance of neighbouring values, one a sub-block. */
    float[] steps() {
        return times(scale, scaleCodes);
    }

    /** What is subtracted, one a sub-block. */
    float[] minima() {
        return times(minimumScale, minimumCodes);
    }

    private static float[] times(short half, int[] codes) {
        float unit = Half.toFloat(half);
        float[] products = new float[codes.length];
        for (int j = 0; j < codes.length; j++) {
            products[j] = unit * codes[j];
        }
        return products;
    }
}
