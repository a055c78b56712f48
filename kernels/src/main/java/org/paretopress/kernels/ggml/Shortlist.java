package org.paretopress.kernels.ggml;

import java.util.ArrayList;
import java.util.List;

/** The few pairs of binary16 bits with the least errors, none twice; of equal errors the earlier comes first. */
final class Shortlist {

    private final int length;
    private final List<short[]> pairs = new ArrayList<>();
    private final List<Double> errors = new ArrayList<>();

    Shortlist(int length) {
        this.length = length;
    }

    void offer(short first, short second, double error) {
        if (pairs.size() == length && !(error < errors.get(length - 1))) {
            return;
        }
        for (short[] pair : pairs) {
            if (pair[0] == first && pair[1] == second) {
                return;
            }
        }
        int at = pairs.size();
        while (at > 0 && error < errors.get(at - 1)) {
            at--;
        }
        pairs.add(at, new short[] {first, second});
        errors.add(at, error);
        if (pairs.size() > length) {
            pairs.remove(length);
            errors.remove(length);
        }
    }

    List<short[]> pairs() {
        return pairs;
    }
}
