package org.paretopress.kernels.ops;

import java.util.Locale;

/** What an engine multiplies: the numbers that go into its products. Sums are formed in 32 bits or more, whatever it is. */
public enum Precision {
    FLOAT32(4),
    BFLOAT16(2),
    FLOAT16(2);

    private final int bytes;

    Precision(int bytes) {
        this.bytes = bytes;
    }

    /** Bytes of a number. */
    public int bytes() {
        return bytes;
    }

    /** As a person writes it, such as {@code bfloat16}. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
