package org.paretopress.kernels.model;

/**
 * The order of rows of query and key projections. A rotary embedding turns pairs of channels of a head: Hugging Face pairs channel
 * {@code i} with {@code i + headSize / 2}, llama.cpp's Llama channel {@code 2 i} with {@code 2 i + 1}.
 *
 * @param headSize even
 */
public record RotaryRows(int headSize) {

    /** Whether a projection's rows are channels that turn, by its name in either form. */
    public static boolean concern(String tensor) {
        return tensor.matches(".*\\.self_attn\\.[qk]_proj\\.weight");
    }

    /** Where llama.cpp has the row that Hugging Face has at {@code row}. */
    public long inGguf(long row) {
        long channel = row % headSize;
        long half = headSize / 2;
        return row - channel + (channel < half ? 2 * channel : 2 * (channel - half) + 1);
    }

    /** Where Hugging Face has the row that llama.cpp has at {@code row}. */
    public long inHuggingFace(long row) {
        long channel = row % headSize;
        return row - channel + channel / 2 + channel % 2 * (headSize / 2);
    }
}
