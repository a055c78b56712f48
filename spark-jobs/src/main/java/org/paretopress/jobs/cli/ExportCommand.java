package org.paretopress.jobs.cli;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.paretopress.jobs.export.ExportJob;
import org.paretopress.jobs.input.FinishedRun;
import org.paretopress.jobs.run.FrontPoint;
import org.paretopress.jobs.storage.Storage;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "export", description = "Write a point of a run as a model that other tools load.")
final class ExportCommand implements Callable<Integer> {

    /** What can be written. */
    enum Format {
        gguf,
        hf,
        compressedTensors {
            @Override
            public String toString() {
                return "compressed-tensors";
            }
        },
        evopress
    }

    @Mixin
    private SharedOptions shared;

    @Parameters(paramLabel = "RUN", description = "Run directory.")
    private String run;

    @Option(
            names = "--point",
            defaultValue = "knee",
            paramLabel = "ID|knee|max-bytes=N",
            description = "Which point (default: ${DEFAULT-VALUE}); 'dense' is the original model.")
    private String point;

    @Option(
            names = "--format",
            required = true,
            description =
                    "gguf: a file that llama.cpp loads; hf: Hugging Face directory; compressed-tensors: the same with packed "
                            + "integers, for vLLM; evopress: configuration text. "
                            + "One of: ${COMPLETION-CANDIDATES}.")
    private Format format;

    @Option(names = "--to", required = true, paramLabel = "PATH", description = "A folder or file that is not there.")
    private String to;

    @Override
    public Integer call() {
        Storage storage = shared.storage();
        FinishedRun finished = FinishedRun.open(storage, run);
        FrontPoint chosen = finished.point(point);
        ExportJob job = new ExportJob(storage, finished);
        Map<String, Object> document = new LinkedHashMap<>();
        if (format == Format.evopress) {
            document.put("path", job.evoPress(chosen.assignment(), to));
            shared.answer(document, "Point " + chosen.id() + " is in " + document.get("path") + ".");
            return 0;
        }
        ExportJob.Written written =
                switch (format) {
                    case gguf -> job.gguf(chosen.assignment(), to);
                    case compressedTensors -> job.compressedTensors(chosen.assignment(), to);
                    default -> job.huggingFace(chosen.assignment(), to);
                };
        document.put("path", written.path());
        document.put("bytes", written.bytes());
        document.put("tensorBytes", written.tensorBytes());
        document.put("searchBytes", chosen.sizeInBytes());
        document.put("kl", written.kl());
        document.put("searchKl", chosen.holdout().kl());
        document.put("rewritten", written.rewritten());
        shared.answer(document, sentences(chosen, written));
        return 0;
    }

    private String sentences(FrontPoint point, ExportJob.Written written) {
        StringBuilder text = new StringBuilder(String.format(
                Locale.ROOT,
                "Point %s is in %s: %,d bytes, of which %,d are tensors; the search had %,d.",
                point.id(),
                written.path(),
                written.bytes(),
                written.tensorBytes(),
                point.sizeInBytes()));
        if (!written.rewritten().isEmpty()) {
            text.append(
                    format == Format.gguf
                            ? "\nThe format has no form for some levels; they were rounded once more: "
                            : "\nThe format has no form for some levels; the same weights are stored wider: ");
            text.append(written.rewritten().entrySet().stream()
                    .map(change -> change.getKey() + " to " + String.join(" or ", change.getValue()))
                    .collect(Collectors.joining(", ")));
            text.append(format == Format.gguf ? ". To have what was searched, search levels of method gguf." : ".");
        }
        text.append(String.format(
                Locale.ROOT,
                "%nRead back, its KL on held-out text is %.6f; the search had %.6f.",
                written.kl(),
                point.holdout().kl()));
        return text.toString();
    }
}
