package org.paretopress.search.space;

/**
 * One way to store a layer, for example {@code "3"} (bits) or {@code "sparse:0.5+4"}.
 *
 * @param name short text, unique within its layer
 * @param bits nominal bits per weight, finite and not negative; only used for averages
 * @param sizeInBytes all bytes of the stored layer: codes, scales, zero points, masks, codebooks
 */
public record Level(String name, double bits, long sizeInBytes) {

    /** @throws IllegalArgumentException if the name is blank, or bits or size are not a usable number */
    public Level {
        if (name == null || name.isBlank()) {
            throw new IllegalArgumentException("A level has the name '" + name + "'.\nMaybe its key was left empty.");
        }
        if (!Double.isFinite(bits) || bits < 0) {
            throw new IllegalArgumentException("Level '" + name + "' has " + bits
                    + " bits per weight.\nMaybe give the nominal width, such as 3, or 0 for a dropped layer.");
        }
        if (sizeInBytes < 0) {
            throw new IllegalArgumentException("Level '" + name + "' has a size of " + sizeInBytes
                    + " bytes.\nMaybe a product of dimensions overflowed 32 bits.");
        }
    }
}
