package org.paretopress.kernels.levels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class LayerFileTest {

    private static final String LAYER = "model.layers.3.mlp.up_proj";
    private final LayerFileWriter writer = new LayerFileWriter(LAYER, 7, 33, LevelSamples.METHODS);
    private final List<MeasuredLevel> levels = LevelSamples.levels(7, 33, 16, 2, 3, 5);
    private final byte[] bytes = writer.toBytes(levels);

    private final LayerFileReader reader = new LayerFileReader(new LevelJson());

    /** Opens a file and every level in it. */
    private void readAll(byte[] content) {
        LayerFile file = reader.read("x.levels", ByteBuffer.wrap(content));
        file.levels().forEach(file::level);
    }

    private void assertCorrupt(byte[] content, String what) {
        Throwable thrown = catchThrowable(() -> readAll(content));
        assertThat(thrown).as(what).isInstanceOf(CorruptLevelException.class);
        assertThat(thrown.getMessage())
                .startsWith("x.levels is corrupt at byte ")
                .contains(".\nMaybe ");
        assertThat(((CorruptLevelException) thrown).offset()).isNotNegative();
    }

    @Test
    void readsBackWhatWasWritten() {
        LayerFile file = LayerFile.read("x.levels", ByteBuffer.wrap(bytes));
        assertThat(file.levels()).containsExactly("2", "3", "5");
        assertThat(file.header().layer()).isEqualTo(LAYER);
        assertThat(file.header().methods()).isEqualTo(LevelSamples.METHODS);
        for (int i = 0; i < levels.size(); i++) {
            PackedMatrix expected = levels.get(i).matrix();
            LayerHeader.Level entry = file.header().levels().get(i);
            assertThat(entry.errors()).isEqualTo(levels.get(i).errors());
            assertThat(entry.length()).isEqualTo(expected.sizeInBytes());
            PackedMatrix level = file.level(entry.name());
            assertThat(level.payload()).isEqualTo(expected.payload());
            assertThat(file.level(entry.name())).isSameAs(level);
        }
    }

    @Test
    void readsFromTheMiddleOfADirectBuffer() {
        ByteBuffer direct = ByteBuffer.allocateDirect(bytes.length + 10);
        direct.put(5, bytes).position(5).limit(5 + bytes.length);
        LayerFile file = LayerFile.read("x.levels", direct);
        assertThat(file.level("3").payload()).isEqualTo(levels.get(1).matrix().payload());
        assertThat(direct.position()).isEqualTo(5);
    }

    @Test
    void writesTheSameBytesEachTime() {
        assertThat(writer.toBytes(levels)).isEqualTo(bytes);
    }

    @Test
    void unknownLevelListsWhatExists() {
        LayerFile file = LayerFile.read("x.levels", ByteBuffer.wrap(bytes));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> file.level("4"))
                .withMessageContaining(LAYER)
                .withMessageContaining("\"4\"")
                .withMessageContaining("Maybe one of [2, 3, 5]");
    }

    @Test
    void everyCutIsCorrupt() {
        for (int length = 0; length < bytes.length; length++) {
            assertCorrupt(Arrays.copyOf(bytes, length), "cut to " + length);
        }
        assertCorrupt(Arrays.copyOf(bytes, bytes.length + 64), "longer");
    }

    @Test
    void everyFlippedBitIsCorrupt() {
        for (int at = 0; at < bytes.length; at++) {
            byte[] changed = bytes.clone();
            changed[at] ^= (byte) (1 << at % 8);
            assertCorrupt(changed, "bit flipped in byte " + at);
        }
    }

    /** A header that some other program wrote with a valid checksum. */
    private byte[] withHeader(String from, String to) {
        int length = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getInt(LayerFormat.HEADER_LENGTH_AT);
        String json = new String(bytes, LayerFormat.HEADER_AT, length, StandardCharsets.UTF_8);
        assertThat(json).contains(from);
        byte[] changed = json.replaceFirst(Pattern.quote(from), to).getBytes(StandardCharsets.UTF_8);
        int start = (int) LayerFormat.align(LayerFormat.HEADER_AT + changed.length);
        int oldStart = (int) LayerFormat.align(LayerFormat.HEADER_AT + length);
        ByteBuffer file = ByteBuffer.allocate(start + bytes.length - oldStart).order(ByteOrder.LITTLE_ENDIAN);
        file.put(0, bytes, 0, LayerFormat.HEADER_AT).putInt(LayerFormat.HEADER_LENGTH_AT, changed.length);
        file.put(LayerFormat.HEADER_AT, changed).put(start, bytes, oldStart, bytes.length - oldStart);
        return file.putInt(LayerFormat.CHECKSUM_AT, LayerFormat.headerChecksum(file, changed.length))
                .array();
    }

    @Test
    void headersWithValidChecksumsAreDistrustedToo() {
        assertThat(withHeader("\"rows\":7", "\"rows\":7")).isEqualTo(bytes);
        List<String[]> changes = List.of(
                new String[] {"\"rows\":7", "\"rows\":8"},
                new String[] {"\"rows\":7", "\"rows\":-1"},
                new String[] {"\"rows\":7", "\"rows\":2000000000"},
                new String[] {"\"rows\":7", "\"rows\":null"},
                new String[] {"\"rows\":7,", ""},
                new String[] {"\"rows\":7", "\"lines\":7"},
                new String[] {"\"columns\":33", "\"columns\":2000000000"},
                new String[] {"\"quantizationGroupSize\":16", "\"quantizationGroupSize\":0"},
                new String[] {LAYER, "../../etc/passwd"},
                new String[] {"\"levels\":[", "\"levels\":[null,"},
                new String[] {"\"name\":\"3\"", "\"name\":\"2\""},
                new String[] {"\"name\":\"3\"", "\"name\":\"x\""},
                new String[] {"\"bits\":3.0", "\"bits\":4.0"},
                new String[] {"\"bits\":3.0", "\"bits\":\"NaN\""},
                new String[] {"\"bits\":2.0", "\"bits\":2.5"},
                new String[] {"\"encoding\":\"uniform-grid\"", "\"encoding\":\"other\""},
                new String[] {"\"symmetric\":false", "\"symmetric\":true"},
                new String[] {"\"offset\":0", "\"offset\":-64"},
                new String[] {"\"offset\":0", "\"offset\":64"},
                new String[] {"\"offset\":0", "\"offset\":9223372036854775807"},
                new String[] {"\"length\":", "\"length\":9223372036854"},
                new String[] {"\"weightError\":", "\"weightError\":-"},
                new String[] {"{", "["});
        for (String[] change : changes) {
            assertCorrupt(withHeader(change[0], change[1]), change[0] + " -> " + change[1]);
        }
    }

    @Test
    void namesTheVersionThatItCannotRead() {
        byte[] newer = bytes.clone();
        newer[LayerFormat.VERSION_AT] = 9;
        assertThatThrownBy(() -> readAll(newer)).hasMessageContaining("format version is 9, this program reads 2");
    }

    @Test
    void refusesLevelsThatDoNotBelongTogether() {
        List<MeasuredLevel> mixed =
                List.of(levels.get(0), LevelSamples.levels(7, 34, 16, 3).get(0));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> writer.toBytes(mixed))
                .withMessageContaining("7 x 34");
        assertThat(LayerFile.read("x", ByteBuffer.wrap(writer.toBytes(List.of())))
                        .levels())
                .isEmpty();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> writer.toBytes(List.of(levels.get(0), levels.get(0))))
                .withMessageContaining("\"2\" occurs twice");
    }
}
