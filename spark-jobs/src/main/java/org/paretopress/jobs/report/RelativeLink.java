package org.paretopress.jobs.report;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Arrays;
import java.util.Objects;
import org.apache.hadoop.fs.Path;

/** Links from a page to files that move with it. */
public final class RelativeLink {

    private RelativeLink() {}

    /** From a page to a file; empty where no relative link leads there, because it is on another file system. */
    public static String between(Path page, Path file) {
        URI from = page.toUri();
        URI to = file.toUri();
        if (!Objects.equals(from.getScheme(), to.getScheme())
                || !Objects.equals(from.getAuthority(), to.getAuthority())) {
            return "";
        }
        String[] folders = from.getPath().split("/");
        String[] names = to.getPath().split("/");
        int shared = 0;
        while (shared < folders.length - 1 && shared < names.length - 1 && folders[shared].equals(names[shared])) {
            shared++;
        }
        String rest = String.join("/", Arrays.copyOfRange(names, shared, names.length));
        return of("../".repeat(folders.length - 1 - shared) + rest);
    }

    /** To a file by its path from the page's folder. */
    static String of(String path) {
        try {
            String link = new URI(null, null, "./" + path, null).toString();
            return path.split("/", 2)[0].contains(":") ? link : link.substring(2);
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException("No link names the path " + path, e);
        }
    }
}
