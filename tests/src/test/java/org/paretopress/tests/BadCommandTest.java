package org.paretopress.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Unknown commands, options and points, and folders that hold something else, are refused and stay as they are. */
class BadCommandTest {

    @TempDir
    private Path folder;

    static Stream<Arguments> lines() {
        String model = Shared.demo("model").toString();
        String text = Shared.demo("holdout.txt").toString();
        return Stream.of(
                line("serach conf/demo.yaml", "serach", "search"),
                line("search", "CONFIG"),
                line("search conf/demo.yaml --resum", "--resum", "--resume"),
                line("search conf/demo.yaml --resume --overwrite", "--resume", "--overwrite"),
                line("search conf/demo.yaml --conf spark.task.resource.gpu.amount=1", "gpu", "local"),
                line(
                        "search conf/demo.yaml --gpus 1 --master spark://nowhere:7077",
                        "--gpus",
                        "--master",
                        "mutually exclusive"),
                line("search conf/demo.yaml --conf spark.paretopress.precision=bf16", "bf16", "bfloat16"),
                line("bench " + model + " --only generation --stages 8@x", "--stages", "8@x"),
                line("bench " + model + " --only generation --offspring 4", "8 survivors", "4 offspring"),
                line("search conf/demo.yaml --master", "--master"),
                line("inspect " + model + " " + model, model),
                line("inspect " + model + " --bits 2,x", "--bits", "x"),
                line("inspect " + model + " --bits 1,2", "bits", "1"),
                line("inspect " + model + " --bits 9", "bits", "9"),
                line("inspect " + model + " --group-size 0", "groupSize", "0"),
                line("evaluate " + model, "--text"),
                line("evaluate " + model + " --text " + text + " --chunking words", "--chunking", "words"),
                line(
                        "evaluate hdfs://nowhere.invalid/m --text " + text,
                        "hdfs://nowhere.invalid/m",
                        "host nowhere.invalid"),
                line("evaluate " + model + " --text /no/such.txt", "--text", "/no/such.txt"),
                line("evaluate " + model + " --text " + text + " --sequence-length 257", "257", "256 positions"),
                line("evaluate " + model + " --text " + text + " --sequence-length 1", "sequence", "1"),
                line("evaluate " + model + " --text " + text + " --sequence-length 0", "sequence", "0"),
                line(
                        "evaluate " + model + " --text " + text + " --sequence-length 2 --chunking llama.cpp",
                        "--sequence-length 2",
                        "llama.cpp"),
                line("evaluate " + model + " --text " + text + " --tokens 10", "--tokens 10", "256"),
                line("evaluate " + model + " --text " + text + " --tokens -1", "--tokens", "-1"),
                line("evaluate " + model + " --text " + text + " --point knee", "--point", "--run"),
                line("evaluate " + model + " --text " + text + " --point knee --run /no/run", "/no/run"),
                line("evaluate " + model + " --text " + text + " --uniform 3", "--uniform 3", "--levels"),
                line("evaluate " + model + " --text " + text + " --levels /no/levels", "--levels /no/levels"),
                line("evaluate " + model + " --text " + text + " --levels /no/levels --uniform 3", "/no/levels"),
                line(
                        "evaluate " + model + " --text " + text + " --levels /no/levels --run x --uniform 3",
                        "--levels",
                        "--run"),
                line(
                        "evaluate " + model + " --text " + text + " --run x --uniform 3 --point knee",
                        "--uniform",
                        "--point"),
                line("inspect " + model + " --levels /no/levels", "/no/levels", "levels command"),
                line("inspect " + model + " --levels " + model, model, "levels command"),
                line("inspect " + model + " --levels nosuch://x/y", "nosuch://x/y"),
                line("levels conf/demo.yaml --repai", "--repai", "'--repair' was meant"),
                line("levels /no/such.yaml --repair", "/no/such.yaml"),
                line("bench", "MODEL"),
                line("bench " + model + " --threads 0", "--threads 0"),
                line("bench " + model + " --generations 0", "--generations 0"),
                line("bench " + model + " --only gpu", "--only", "dense"),
                line("bench " + model + " --folder " + text, "--folder " + text),
                line("bench " + model + " --gpus 1 --threads 1", "--threads", "--gpus"),
                line("bench " + model + " --sequences 4", "--sequences", "without --gpus"),
                line(
                        "bench " + model + " --gpus 1 --only generation --sequences 4",
                        "--sequences",
                        "--only generation"),
                line("bench " + model + " --only dense --offspring 32", "--offspring", "--only dense"),
                line("bench " + model + " --only dense --folder x", "--folder", "--only dense"),
                line("bench " + model + " --sequence-length 257", "257", "256 positions"),
                line("bench " + model + " --sequence-length 1", "--sequence-length 1"),
                line("report /no/such/run", "/no/such/run", "front.json"),
                line("export /no/such/run --format hf --to x", "/no/such/run"),
                line("export /no/such/run --format onnx --to x", "--format", "onnx", "hf"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("lines")
    void isRefused(String line, String[] named) {
        Refusal.of(folder, List.of(line.split(" ")), named);
    }

    @Test
    void aBareCallIsRefused() {
        Refusal.of(folder, List.of(), "COMMAND");
    }

    @Test
    void commandsThatReadFilesAloneNeedNoGpus() {
        Command.run("inspect", Shared.demo("model").toString(), "--conf", "spark.task.resource.gpu.amount=1")
                .succeeded();
    }

    @Test
    void anOutputFolderThatHoldsAnotherRunIsKept() {
        SmallRun run = SmallRun.finished();
        Refusal.of(
                run.output(), run.arguments("search", "local[1]"), run.output().toString(), "--resume");
        Refusal.of(
                run.output(),
                run.arguments("search", "local[1]", "--resume", "--set", "search.seed=7"),
                run.output().toString(),
                "another configuration");
        Refusal.of(
                run.output(),
                run.arguments("search", "local[1]", "--overwrite", "--conf=spark.task.resource.gpu.amount=1"),
                "gives no GPUs out");
    }

    @Test
    void anOutputFolderThatHoldsForeignFilesIsKept() throws IOException {
        SmallRun run = SmallRun.in(folder);
        Files.createDirectories(run.output());
        Files.writeString(run.file("thesis.tex"), "years of work");
        for (String mode : List.of("--json", "--resume", "--overwrite")) {
            List<String> arguments = run.arguments("search", "local[1]");
            arguments.set(2, mode);
            Refusal.of(folder, arguments, run.output().toString(), "other files");
        }
    }

    @Test
    void anOutputThatIsAFileIsKept() throws IOException {
        SmallRun run = SmallRun.in(folder);
        Files.writeString(run.output(), "a file");
        Refusal.of(folder, run.arguments("search", "local[1]"), run.output().toString());
    }

    @Test
    void anUnknownPointIsRefusedWithThoseThereAre() throws IOException {
        SmallRun run = SmallRun.finished();
        String output = run.output().toString();
        Path to = folder.resolve("exported");
        List<String> export = List.of("export", output, "--format", "hf", "--to", to.toString(), "--point");
        Refusal.of(folder, with(export, "evopress-9"), "--point evopress-9", "evopress-1", "knee", "max-bytes=N");
        Refusal.of(folder, with(export, "max-bytes=10"), "--point max-bytes=10", "smallest point");
        Refusal.of(folder, with(export, "max-bytes=lots"), "--point max-bytes=lots");
    }

    @Test
    void anExportIntoAFolderWithFilesIsRefused() throws IOException {
        String output = SmallRun.finished().output().toString();
        Path to = Files.createDirectories(folder.resolve("exported"));
        Files.writeString(to.resolve("notes.txt"), "mine");
        for (String format : List.of("hf", "evopress")) {
            Refusal.of(folder, List.of("export", output, "--format", format, "--to", to.toString()), to.toString());
        }
        Path file = to.resolve("notes.txt");
        Refusal.of(folder, List.of("export", output, "--format", "evopress", "--to", file.toString()), file.toString());
        Refusal.of(folder, List.of("export", output, "--format", "hf", "--to", file.toString()), file.toString());
    }

    /** The last but one in a process of its own too, where logs would show. */
    @Test
    void anAssignmentOfAnotherModelIsRefused() throws Exception {
        SmallRun run = SmallRun.finished();
        Path file = folder.resolve("assignment.txt");
        List<String> evaluate = evaluate(run, "--assignment=" + file);
        Refusal.of(folder, evaluate, file.toString());
        Files.writeString(file, "model.layers.7.mlp.up_proj: 3\n");
        Refusal.of(folder, evaluate, "model.layers.7.mlp.up_proj");
        Files.writeString(file, "model.layers.0.mlp.up_proj: 5\n");
        Refusal.of(folder, evaluate, "model.layers.0.mlp.up_proj", "\"5\"", "[2, 3, 4]");
        assertThat(OwnJvm.errorsOf(evaluate)).isEqualTo(Command.run(evaluate).err());
        Files.writeString(file, "nothing: [");
        Refusal.of(folder, evaluate, file.toString());
    }

    /** Found by a task, told as the command's own message; in a process that has not read the level before. */
    @Test
    void aDamagedLevelIsNamed() throws Exception {
        SmallRun run = SmallRun.in(folder);
        run.search("local[1]").succeeded();
        Path file = run.levels().resolve("model.layers.1.mlp.up_proj.levels");
        byte[] bytes = Files.readAllBytes(file);
        for (int i = bytes.length / 8; i < bytes.length; i += 500) {
            bytes[i] ^= 1;
        }
        Files.write(file, bytes);
        String message =
                "paretopress: model\\.layers\\.1\\.mlp\\.up_proj\\.levels is corrupt at byte \\d+: level \"[234]\" has"
                        + " checksum [0-9a-f]{8}, expected [0-9a-f]{8}\\.\nMaybe .* levels CONFIG --repair builds it again\\.\n";
        assertThat(OwnJvm.errorsOf(evaluate(run, "--point=uniform-1"))).matches(message);
        List<String> search =
                run.arguments("search", "local[2]", "--set=output=" + folder.resolve("again"), "--set=search.seed=7");
        assertThat(OwnJvm.errorsOf(search).lines().filter(line -> !line.matches("(search|score).* of .*")))
                .hasSize(2)
                .first()
                .asString()
                .matches(message.lines().findFirst().orElseThrow());
        Command.run(run.arguments("levels", "local[1]", "--repair")).succeeded();
        Command.run(evaluate(run, "--point=uniform-1")).succeeded();
    }

    @Test
    void levelsOfAnotherModelOrThatThereAreNotAreRefused() throws IOException {
        SmallRun run = SmallRun.finished();
        Refusal.of(folder, evaluate(run, "--uniform=5"), "\"5\"", "[2, 3, 4]", "dense");
        String levels = run.levels().toString();
        String other = Shared.demo("model").toString();
        Refusal.of(folder, List.of("inspect", other, "--levels", levels), other, levels, "not the model");
        Path broken = Files.createDirectories(folder.resolve("broken"));
        Files.writeString(broken.resolve("manifest.json"), "{\"formatVersion\": 2");
        Refusal.of(
                folder,
                List.of("inspect", run.model().toString(), "--levels", broken.toString()),
                "manifest.json is corrupt at byte",
                "--repair");
    }

    private static List<String> evaluate(SmallRun run, String candidate) {
        return List.of(
                "evaluate",
                run.model().toString(),
                "--text=" + Shared.demo("holdout.txt"),
                "--tokens=512",
                "--master=local[1]",
                "--run=" + run.output(),
                candidate);
    }

    private static List<String> with(List<String> arguments, String last) {
        return Stream.concat(arguments.stream(), Stream.of(last)).toList();
    }

    private static Arguments line(String line, String... named) {
        return arguments(line, named);
    }
}
