package org.paretopress.search.space;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class AssignmentTest {

    @Test
    void textReadsBack() {
        assertThat(Assignment.of(0, 12, 3)).hasToString("0,12,3");
        assertThat(Assignment.parse("0,12,3")).isEqualTo(Assignment.of(0, 12, 3));
        assertThat(Assignment.parse(" 4 ")).isEqualTo(Assignment.of(4));
    }

    @Test
    void damagedTextIsNamed() {
        for (String text : List.of("", "1,,2", "1,2,", "Q4_K,3", "99999999999")) {
            assertThatThrownBy(() -> Assignment.parse(text))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("'" + text + "'")
                    .hasMessageContaining("\nMaybe ");
        }
        assertThatThrownBy(() -> Assignment.parse("1,-2")).hasMessageContaining("-2");
    }

    @Test
    void isImmutable() {
        int[] levels = {1, 2};
        Assignment assignment = Assignment.of(levels);
        levels[0] = 9;
        assignment.toArray()[1] = 9;
        Assignment changed = assignment.with(0, 7);
        assertThat(assignment).isEqualTo(Assignment.of(1, 2)).hasSameHashCodeAs(Assignment.of(1, 2));
        assertThat(changed).isEqualTo(Assignment.of(7, 2)).isNotEqualTo(assignment);
    }

    @Test
    void orderIsLexicographicByNumberNotByText() {
        assertThat(Stream.of("10,0", "9,5", "9", "2,9,9").map(Assignment::parse).sorted())
                .extracting(Assignment::toString)
                .containsExactly("2,9,9", "9", "9,5", "10,0");
    }
}
