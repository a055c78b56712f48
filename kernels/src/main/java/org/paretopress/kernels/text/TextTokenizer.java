package org.paretopress.kernels.text;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.paretopress.kernels.model.MalformedModelException;
import org.paretopress.kernels.model.ModelFile;

/** Token ids of a text by the model's own {@code tokenizer.json}. */
public final class TextTokenizer implements AutoCloseable {

    private final Path path;
    private final HuggingFaceTokenizer tokenizer;
    private final int beginOfSequence;
    private final int vocabularySize;

    private TextTokenizer(Path path, HuggingFaceTokenizer tokenizer, int beginOfSequence, int vocabularySize) {
        this.path = path;
        this.tokenizer = tokenizer;
        this.beginOfSequence = beginOfSequence;
        this.vocabularySize = vocabularySize;
    }

    /** Opens the tokenizer of a model; ids that the model does not know are errors. */
    public static TextTokenizer open(ModelFile model) {
        return open(
                model.folder(), model.config().beginOfSequence(), model.config().vocabularySize());
    }

    /**
     * Opens the tokenizer of a model directory.
     *
     * @param beginOfSequence id that every text starts with, or -1 for none
     */
    public static TextTokenizer open(Path modelDirectory, int beginOfSequence) {
        return open(modelDirectory, beginOfSequence, Integer.MAX_VALUE);
    }

    private static TextTokenizer open(Path modelDirectory, int beginOfSequence, int vocabularySize) {
        Path path = modelDirectory.resolve("tokenizer.json");
        if (!Files.isRegularFile(path)) {
            throw new MalformedModelException(
                    path, "the model has no tokenizer.", "put the tokenizer.json of the original model there.");
        }
        try {
            HuggingFaceTokenizer tokenizer = HuggingFaceTokenizer.builder()
                    .optTokenizerPath(path)
                    .optAddSpecialTokens(false)
                    .optTruncation(false)
                    .optPadding(false)
                    .build();
            return new TextTokenizer(path, tokenizer, beginOfSequence, vocabularySize);
        } catch (IOException | RuntimeException e) {
            throw new MalformedModelException(path, "not a tokenizer: " + e.getMessage(), "the copy was cut.");
        }
    }

    /** The ids of a whole text, behind one begin-of-sequence token where the model has one. */
    public int[] encode(String text) {
        long[] ids = tokenizer.encode(text).getIds();
        int shift = beginOfSequence >= 0 ? 1 : 0;
        int[] tokens = new int[ids.length + shift];
        if (shift == 1) {
            tokens[0] = beginOfSequence;
        }
        for (int i = 0; i < ids.length; i++) {
            if (ids[i] >= vocabularySize) {
                throw new MalformedModelException(
                        path,
                        "token " + ids[i] + " is beyond the model's vocabulary of " + vocabularySize + ".",
                        "the tokenizer belongs to another model.");
            }
            tokens[i + shift] = Math.toIntExact(ids[i]);
        }
        return tokens;
    }

    @Override
    public void close() {
        tokenizer.close();
    }
}
