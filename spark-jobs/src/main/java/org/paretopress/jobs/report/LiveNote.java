package org.paretopress.jobs.report;

import java.nio.charset.StandardCharsets;
import java.util.UUID;

/**
 * What a page of something that goes on says of it.
 *
 * @param now what is going on, as a sentence
 * @param version which the page compares with its server's
 * @param report where the finished page will be
 */
record LiveNote(String now, String version, String report) {

    /** @param state a text that changes when the page has to */
    static LiveNote of(String now, String state, String report) {
        String version = UUID.nameUUIDFromBytes((now + "\n" + state).getBytes(StandardCharsets.UTF_8))
                .toString();
        return new LiveNote(now, version, report);
    }
}
