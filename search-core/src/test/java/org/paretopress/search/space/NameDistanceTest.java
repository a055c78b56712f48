package org.paretopress.search.space;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class NameDistanceTest {

    @Test
    void textbookDistances() {
        assertThat(NameDistance.between("kitten", "sitting")).isEqualTo(3);
        assertThat(NameDistance.between("saturday", "sunday")).isEqualTo(3);
        assertThat(NameDistance.between("", "abc")).isEqualTo(3);
        assertThat(NameDistance.between("abc", "abc")).isZero();
    }
}
