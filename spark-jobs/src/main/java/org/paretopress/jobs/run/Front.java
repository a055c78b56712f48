package org.paretopress.jobs.run;

import java.util.List;
import java.util.Objects;

/** The contents of {@code front.json}: points that no other point beats in both objectives, by ascending size. */
public record Front(List<String> objectives, List<FrontPoint> points) {

    public Front {
        Objects.requireNonNull(points, "points");
    }

    public Front(List<FrontPoint> points) {
        this(List.of("sizeInBytes", "loss"), points);
    }
}
