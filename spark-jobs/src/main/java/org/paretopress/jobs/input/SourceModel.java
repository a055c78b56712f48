package org.paretopress.jobs.input;

import org.apache.hadoop.fs.Path;
import org.paretopress.jobs.InputException;
import org.paretopress.jobs.storage.Digest;
import org.paretopress.jobs.storage.LocalCopies;
import org.paretopress.jobs.storage.Storage;
import org.paretopress.kernels.model.CompressedTensorsModel;
import org.paretopress.kernels.model.FiniteCheck;
import org.paretopress.kernels.model.ModelFile;

/**
 * The model a run starts from, checked.
 *
 * @param uri where executors find it
 * @param sha256 of its files
 */
public record SourceModel(String uri, ModelFile file, String sha256) {

    /** Opens and checks a model: files, shapes, types, and that every weight is a number. */
    public static SourceModel open(Storage storage, String path) {
        Path folder = storage.qualified(path);
        ModelFile file = ModelFile.open(new LocalCopies(storage).of(folder));
        new FiniteCheck(file).run();
        return new SourceModel(folder.toString(), file, Digest.ofFiles(file.files()));
    }

    /** Opens a model whose layers are to be compressed. */
    public static SourceModel openOriginal(Storage storage, String path) {
        SourceModel model = open(storage, path);
        if (model.file() instanceof CompressedTensorsModel) {
            throw new InputException(
                    "model: " + path
                            + " is packed already, and compressing it once more would be compared with sizes of packed layers.",
                    "take the original weights.");
        }
        return model;
    }

    /** Its folder's name. */
    public String name() {
        return new Path(uri).getName();
    }
}
