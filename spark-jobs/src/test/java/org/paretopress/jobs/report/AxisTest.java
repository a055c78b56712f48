package org.paretopress.jobs.report;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AxisTest {

    @Test
    void linearTicksAreRound() {
        assertThat(Axis.linear(3.28, 7.0).ticks().stream().map(Axis::label)).containsExactly("4", "5", "6", "7");
        assertThat(Axis.linear(0.1, 0.3).ticks().stream().map(Axis::label))
                .containsExactly("0.1", "0.15", "0.2", "0.25", "0.3");
    }

    @Test
    void aDecadeMakesALossAxisLogarithmic() {
        Axis axis = Axis.loss(0.002, 0.2);
        assertThat(axis.logarithmic()).isTrue();
        assertThat(axis.ticks().stream().map(Axis::label))
                .containsExactly("0.002", "0.005", "0.01", "0.02", "0.05", "0.1", "0.2");
        assertThat(axis.position(0.02)).isEqualTo(0.5, org.assertj.core.data.Offset.offset(1e-9));
        assertThat(Axis.loss(0.1, 0.9).logarithmic()).isFalse();
        assertThat(Axis.loss(0, 0.9).logarithmic()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, 5.1, -3, 1e-12, 1e12})
    void oneValueLiesInside(double value) {
        Axis axis = Axis.linear(value);
        assertThat(axis.position(value)).isBetween(0.0, 1.0);
        assertThat(axis.ticks()).hasSizeLessThan(12);
    }
}
