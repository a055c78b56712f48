package org.paretopress.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.paretopress.kernels.model.ModelFile;
import org.paretopress.kernels.text.TextTokenizer;

/** Exported GGUF files, as llama.cpp reads them. */
class GgufExportTest {

    private static final int CONTEXT = 128;
    private static final double TOLERANCE = 0.005;

    @TempDir
    private Path folder;

    private Path file() {
        return folder.resolve("model.gguf");
    }

    /** As {@code evaluate} has it. */
    private static double perplexity(String... model) throws IOException {
        String[] arguments = {
            "evaluate",
            "--json",
            "--master=local[2]",
            "--text=" + Shared.demo("holdout.txt"),
            "--chunking=llama.cpp",
            "--sequence-length=" + CONTEXT
        };
        String[] all = new String[arguments.length + model.length];
        System.arraycopy(arguments, 0, all, 0, arguments.length);
        System.arraycopy(model, 0, all, arguments.length, model.length);
        return Command.run(all).json().path("perplexity").asDouble();
    }

    private double ofLlamaCpp() throws Exception {
        return LlamaCpp.of(file(), Shared.demo("holdout.txt"), CONTEXT)
                .path("perplexity")
                .asDouble();
    }

    @Test
    void theOriginalModelIsTheSameInLlamaCpp() throws Exception {
        SmallRun run = SmallRun.finished();
        JsonNode answer = run.export("dense", "gguf", file());
        assertThat(answer.path("kl").asDouble()).isCloseTo(0, within(1e-6));
        double expected = perplexity(run.model().toString());
        JsonNode said = LlamaCpp.of(file(), Shared.demo("holdout.txt"), CONTEXT);
        assertThat(said.path("perplexity").asDouble()).isCloseTo(expected, within(TOLERANCE * expected));

        try (TextTokenizer tokenizer = TextTokenizer.open(ModelFile.open(run.model()))) {
            int[] ids = tokenizer.encode(Files.readString(Shared.demo("holdout.txt")));
            assertThat(IntStream.range(0, said.path("tokens").size())
                            .map(i -> said.path("tokens").get(i).asInt()))
                    .containsExactly(IntStream.of(ids).boxed().toArray(Integer[]::new));
        }
    }

    @Test
    void levelsOfGgmlAreWrittenAsTheyWereSearched() throws Exception {
        SmallRun run = SmallRun.in(folder.resolve("k-quants"));
        run.search(
                        "local[2]",
                        "--set=levels.quantization={method: gguf, bits: [2, 3, 4, 6]}",
                        "--set=search={strategy: greedy, budget: {averageBits: 4}}",
                        "--set=search.stages=[{survivors: 1, tokens: 128}]")
                .succeeded();
        JsonNode answer = run.export("greedy-1", "gguf", file());
        assertThat(answer.path("rewritten")).isEmpty();
        double searched = answer.path("searchKl").asDouble();
        assertThat(answer.path("kl").asDouble()).isPositive().isCloseTo(searched, within(1e-5 * searched));
        assertThat(answer.path("bytes").asLong()).isEqualTo(Files.size(file()));
        ModelFile read = ModelFile.open(file());
        long norms = 2L * (2 * read.config().blocks() + 1) * read.config().hiddenSize();
        assertThat(read.sizeInBytes())
                .isEqualTo(run.point("greedy-1").path("sizeInBytes").asLong() + norms);
        double expected = perplexity(run.model().toString(), "--run=" + run.output(), "--point=greedy-1");
        assertThat(ofLlamaCpp()).isCloseTo(expected, within(TOLERANCE * expected));
        Files.copy(run.model().resolve("tokenizer.json"), folder.resolve("tokenizer.json"));
        assertThat(perplexity(file().toString())).isCloseTo(expected, within(1e-5 * expected));
    }

    @Test
    void otherLevelsAreRoundedAndTheAnswerSaysSo() throws Exception {
        SmallRun run = SmallRun.finished();
        JsonNode answer = run.export("uniform-2", "gguf", file());
        assertThat(answer.path("rewritten").toString()).isEqualTo("{\"3\":[\"Q3_K\"]}");
        assertThat(answer.path("kl").asDouble())
                .isBetween(
                        answer.path("searchKl").asDouble(),
                        3 * answer.path("searchKl").asDouble());
        Files.copy(run.model().resolve("tokenizer.json"), folder.resolve("tokenizer.json"));
        double expected = perplexity(file().toString());
        assertThat(ofLlamaCpp()).isCloseTo(expected, within(TOLERANCE * expected));
    }

    /** Whole blocks are left out; of the others, what is dropped becomes zeros. */
    @Test
    void droppedSubBlocksAreGone() throws Exception {
        SmallRun run = SmallRun.in(folder.resolve("depth"));
        ModelFolder.demo(run.model(), 4);
        run.search(
                        "local[2]",
                        "--set=levels={depth: {units: [attention, mlp]}}",
                        "--set=search={strategy: greedy, budget: {ratio: 0.6}}",
                        "--set=search.stages=[{survivors: 1, tokens: 128}]")
                .succeeded();
        JsonNode answer = run.export("greedy-1", "gguf", file());
        double searched = answer.path("searchKl").asDouble();
        assertThat(answer.path("kl").asDouble()).isCloseTo(searched, within(1e-5 * searched));
        double expected = perplexity(run.model().toString(), "--run=" + run.output(), "--point=greedy-1");
        assertThat(ofLlamaCpp()).isCloseTo(expected, within(TOLERANCE * expected));
    }

    /** The same weights, so the same losses, bit for bit. */
    @Test
    void aGgufFileIsAModelToo() throws Exception {
        SmallRun run = SmallRun.finished();
        run.export("dense", "gguf", file());
        Files.copy(run.model().resolve("tokenizer.json"), folder.resolve("tokenizer.json"));
        SmallRun other = new SmallRun(folder);
        Files.copy(run.config(), other.config());
        other.search(
                        "local[2]",
                        "--set=model=" + file(),
                        "--set=output=" + other.output(),
                        "--set=search={strategy: uniform, budget: {averageBits: 3}}",
                        "--set=search.stages=[{survivors: 1, tokens: 128}]")
                .succeeded();
        assertThat(other.point("uniform-1").path("holdout"))
                .isEqualTo(run.point("uniform-2").path("holdout"));
        Command refused = Command.run(
                "export",
                other.output().toString(),
                "--format=hf",
                "--point=uniform-1",
                "--to=" + folder.resolve("hf"));
        assertThat(refused.code()).isEqualTo(2);
        assertThat(refused.err()).contains("model.gguf, is no Hugging Face folder");
    }

    @Test
    void aFileThatIsCutIsRefused() throws Exception {
        SmallRun.finished().export("dense", "gguf", file());
        byte[] whole = Files.readAllBytes(file());
        Path cut = Files.write(folder.resolve("cut.gguf"), Arrays.copyOf(whole, whole.length / 2));
        Command refused = Command.run("inspect", cut.toString());
        assertThat(refused.code()).isEqualTo(2);
        assertThat(refused.err()).contains("cut.gguf").contains("Maybe the download or copy was cut");
    }
}
