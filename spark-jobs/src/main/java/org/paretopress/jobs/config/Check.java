package org.paretopress.jobs.config;

import java.util.Collection;
import java.util.List;
import java.util.Objects;
import org.paretopress.jobs.InputException;

/** Checks of configuration values; each failure names the key. */
final class Check {

    private Check() {}

    static void present(String key, Object value) {
        if (value == null) {
            throw new InputException("Configuration key " + key + " is missing.", "add it; the README lists all keys.");
        }
    }

    static void notEmpty(String key, List<?> value) {
        if (value.isEmpty()) {
            throw new InputException("Configuration key " + key + " is an empty list.", "name at least one entry.");
        }
    }

    static int atLeast(String key, int smallest, Integer value, int fallback) {
        if (value != null && value < smallest) {
            throw new InputException(key + " = " + value + " is too small.", "use " + smallest + " or more.");
        }
        return value == null ? fallback : value;
    }

    /** Neither the collection nor an element of it is null. */
    static void whole(String key, Collection<?> values) {
        present(key, values);
        if (values.stream().anyMatch(Objects::isNull)) {
            throw new InputException("Configuration key " + key + " has an empty entry.", "fill it in, or delete it.");
        }
    }

    static void positive(String key, Number value) {
        if (value != null && !(value.doubleValue() > 0)) {
            throw new InputException(key + " = " + value + " is too small.", "use a positive number, or leave it out.");
        }
    }

    static void between(String key, Integer value, int smallest, int largest) {
        if (value == null || value < smallest || value > largest) {
            throw new InputException(
                    key + " holds " + value + ", which is out of range.",
                    "use whole numbers from " + smallest + " to " + largest + ".");
        }
    }
}
