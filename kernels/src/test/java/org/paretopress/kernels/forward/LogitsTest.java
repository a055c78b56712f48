package org.paretopress.kernels.forward;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.Arrays;
import org.assertj.core.data.Offset;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.paretopress.kernels.Shared;
import org.paretopress.kernels.model.ModelFile;
import org.paretopress.kernels.ops.Nd4jOps;
import org.paretopress.kernels.ops.Tensor;
import org.paretopress.kernels.ops.TensorOps;

/** Logits of trained models against an independent program that computed them in double precision. */
class LogitsTest {

    @ParameterizedTest
    @ValueSource(strings = {"stories260K", "books-12L"})
    void lastPositionEqualsTheReference(String name) throws IOException {
        JsonNode reference = new ObjectMapper()
                .readTree(Shared.path("reference/logits/" + name + ".json").toFile());
        ModelFile model = ModelFile.open(Shared.path("models/" + name));
        int[] tokens = new int[reference.path("ids").size()];
        Arrays.setAll(tokens, i -> reference.path("ids").get(i).asInt());
        try (TensorOps ops = new Nd4jOps();
                Transformer transformer =
                        new Transformer(model.config(), FixedWeights.load(model, ops), ops, 1, tokens.length);
                WeightCache weights = new WeightCache(model, null, ops, 1L << 30)) {
            Tensor logits = transformer.forward(tokens, weights.dense(), ActivationTap.NONE);
            float[] last = new float[logits.columns()];
            logits.readRow(tokens.length - 1, last);
            for (int i = 0; i < last.length; i++) {
                double expected = reference.path("logits").get(i).asDouble();
                assertThat((double) last[i])
                        .as("logit %d", i)
                        .isCloseTo(expected, Offset.offset(1e-3 * Math.max(1, Math.abs(expected))));
            }
        }
    }
}
