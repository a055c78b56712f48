package org.paretopress.search.evolve;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class EvolutionSettingsTest {

    private static EvolutionSettings withStages(Stage... stages) {
        return new EvolutionSettings(1, 8, List.of(stages), 0);
    }

    @Test
    void stagesMustNarrowToOne() {
        assertThatThrownBy(() -> withStages(new Stage(9, 1), new Stage(1, 1)))
                .hasMessageContaining("Stage 1 keeps 9 survivors of 8");
        assertThatThrownBy(() -> withStages(new Stage(2, 1), new Stage(4, 1), new Stage(1, 1)))
                .hasMessageContaining("Stage 2 keeps 4 survivors of 2");
        assertThatThrownBy(() -> withStages(new Stage(4, 1), new Stage(2, 1)))
                .hasMessageContaining("last stage keeps 2")
                .hasMessageContaining("\nMaybe ");
        withStages(new Stage(8, 1), new Stage(8, 1), new Stage(1, 1));
    }

    @Test
    void countsMustBePositive() {
        assertThatThrownBy(() -> withStages()).hasMessageContaining("0 stages");
        assertThatThrownBy(() -> new EvolutionSettings(0, 1, List.of(new Stage(1, 1)), 0))
                .hasMessageContaining("0 generations");
        assertThatThrownBy(() -> new EvolutionSettings(1, 0, List.of(new Stage(1, 1)), 0))
                .hasMessageContaining("0 offspring");
        assertThatThrownBy(() -> new Stage(1, 0)).hasMessageContaining("0 tokens");
        assertThatThrownBy(() -> new Stage(0, 1)).hasMessageContaining("0 survivors");
    }
}
