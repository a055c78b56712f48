package org.paretopress.jobs.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * One line of provenance.
 *
 * @param name keys from the outside in, joined by dots; positions in brackets: {@code cluster.executors[0].host}
 * @param value the value's text
 */
record ProvenanceEntry(String name, String value) {

    /** Flattens nested maps and lists; a list of plain values stays one entry. */
    static List<ProvenanceEntry> flatten(Map<String, Object> provenance) {
        List<ProvenanceEntry> entries = new ArrayList<>();
        provenance.forEach((key, value) -> collect(key, value, entries));
        return entries;
    }

    private static void collect(String name, Object value, List<ProvenanceEntry> into) {
        if (value instanceof Map<?, ?> map && !map.isEmpty()) {
            map.forEach((key, inner) -> collect(name + "." + key, inner, into));
        } else if (value instanceof List<?> list && list.stream().anyMatch(ProvenanceEntry::isNested)) {
            for (int i = 0; i < list.size(); i++) {
                collect(name + "[" + i + "]", list.get(i), into);
            }
        } else {
            into.add(new ProvenanceEntry(name, text(value)));
        }
    }

    private static boolean isNested(Object value) {
        return value instanceof Map || value instanceof List;
    }

    private static String text(Object value) {
        if (value instanceof List<?> list) {
            return list.isEmpty()
                    ? "none"
                    : list.stream().map(ProvenanceEntry::text).collect(Collectors.joining(", "));
        }
        if (value instanceof Map || value == null || value.toString().isEmpty()) {
            return "none";
        }
        return value.toString();
    }
}
