package org.paretopress.kernels.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Files by the format's description, whole and spoilt. */
class SafetensorsFileTest {

    private static final String HEADER = "{\"__metadata__\": {\"format\": \"pt\"},"
            + "\"a\": {\"dtype\": \"F32\", \"shape\": [2, 3], \"data_offsets\": [0, 24]},"
            + "\"b\": {\"dtype\": \"BF16\", \"shape\": [4], \"data_offsets\": [24, 32]}}";

    @TempDir
    private Path folder;

    @Test
    void readsNamesShapesAndPlaces() throws IOException {
        SafetensorsFile file = SafetensorsFile.open(write(HEADER, 32));
        long start = 8 + HEADER.length();
        assertThat(file.tensors())
                .containsExactly(
                        new TensorInfo("a", DataType.F32, List.of(2L, 3L), start),
                        new TensorInfo("b", DataType.BF16, List.of(4L), start + 24));
    }

    @Test
    void mapsRows() throws IOException {
        SafetensorsFile file = SafetensorsFile.open(write(HEADER, 32));
        ByteBuffer row = file.map(file.tensors().iterator().next(), 1, 1);
        assertThat(row.remaining()).isEqualTo(12);
        assertThat(row.order()).isEqualTo(ByteOrder.LITTLE_ENDIAN);
        assertThat(row.get(0)).isEqualTo((byte) 12);
    }

    @Test
    void everyCutIsNoticed() throws IOException {
        Path whole = write(HEADER, 32);
        byte[] bytes = Files.readAllBytes(whole);
        for (int length = 0; length < bytes.length; length++) {
            Path cut = Files.write(folder.resolve("cut"), Arrays.copyOf(bytes, length));
            assertThatThrownBy(() -> SafetensorsFile.open(cut))
                    .as("cut to %d bytes", length)
                    .isInstanceOf(MalformedModelException.class)
                    .hasMessageContaining(cut.toString())
                    .hasMessageContaining("\nMaybe ");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[0, 24] | [0, 20] | a",
                "[0, 24] | [-4, 20] | a",
                "[24, 32] | [32, 24] | b",
                "[24, 32] | [24] | b",
                "[24, 32] | [24, 40] | b",
                "[2, 3] | [2, -3] | a",
                "[2, 3] | [9223372036854775807, 3] | a",
                "F32 | F8_E4M3 | a",
                "\"b\" | \"a\" | a"
            })
    void contradictionsAreNamed(String from, String to, String tensor) throws IOException {
        Path file = write(HEADER.replace(from, to), 32);
        assertThatThrownBy(() -> SafetensorsFile.open(file))
                .isInstanceOf(MalformedModelException.class)
                .hasMessageContaining(file + " at byte ")
                .hasMessageContaining(tensor)
                .hasMessageContaining("\nMaybe ");
    }

    private Path write(String header, int dataBytes) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(8 + header.length() + dataBytes).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putLong(header.length()).put(header.getBytes(StandardCharsets.UTF_8));
        for (int i = 0; i < dataBytes; i++) {
            bytes.put((byte) i);
        }
        return Files.write(folder.resolve("file.safetensors"), bytes.array());
    }
}
