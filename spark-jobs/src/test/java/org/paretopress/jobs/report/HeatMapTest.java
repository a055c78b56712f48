package org.paretopress.jobs.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.paretopress.jobs.run.Front;
import org.paretopress.jobs.run.FrontPoint;
import org.paretopress.jobs.run.FrontPoint.Quality;

class HeatMapTest {

    private static final LevelBits NOMINAL = new LevelBits(Map.of());

    @Test
    void putsLayersWhereTheirNamesSayInModelOrder() {
        HeatMap map = map(
                "model.layers.10.mlp.down_proj", "5",
                "model.layers.2.self_attn.q_proj", "3",
                "model.layers.10.self_attn.q_proj", "4");
        assertThat(map.projections()).extracting(HeatMap.Projection::stem).containsExactly("q", "down");
        assertThat(map.rows()).extracting(HeatMap.Row::block).containsExactly(2, 10);
        assertThat(map.rows().get(1).cells()).extracting(HeatMap.Cell::level).containsExactly("4", "5");
        assertThat(map.rows().get(0).cells()).extracting(HeatMap.Cell::present).containsExactly(true, false);
        assertThat(map.others()).isEmpty();
    }

    @Test
    void listsLayersThatFitNowhere() {
        HeatMap map = map(
                "lm_head", "6",
                "encoder.layers.0.self_attn.q_proj", "3",
                "decoder.layers.0.self_attn.q_proj", "4",
                "model.layers.0.mlp.experts.3.up_proj", "2",
                "model.layers.99999999999.mlp.up_proj", "2");
        assertThat(map.others())
                .extracting(HeatMap.Cell::layer)
                .containsExactly(
                        "lm_head",
                        "decoder.layers.0.self_attn.q_proj",
                        "model.layers.0.mlp.experts.3.up_proj",
                        "model.layers.99999999999.mlp.up_proj");
    }

    @Test
    void aLevelThatAProductMendsComesAfterTheLevelItself() {
        List<String> names = List.of("2", "3", "3+rank:16", "4", "sparse:0.5", "sparse:0.5+rank:16");
        assertThat(LevelScale.of(names, NOMINAL).names()).isEqualTo(names);
    }

    @Test
    void ordersLevelsFromTheMostToTheLeastCompressed() {
        LevelScale scale = LevelScale.of(
                List.of(
                        "Q4_K+rank:16",
                        "dense",
                        "4",
                        "Q4_K",
                        "10",
                        "sparse:0.5",
                        "sparse:0.5+4",
                        "sparse:2:4+8",
                        "sparse:0.9",
                        "drop",
                        "IQ2_XS",
                        "rank:64",
                        "rank:128"),
                NOMINAL);
        assertThat(scale.names())
                .containsExactly(
                        "drop",
                        "rank:64",
                        "sparse:0.9",
                        "rank:128",
                        "IQ2_XS",
                        "sparse:0.5+4",
                        "4",
                        "Q4_K",
                        "Q4_K+rank:16",
                        "sparse:2:4+8",
                        "sparse:0.5",
                        "10",
                        "dense");
        assertThat(scale.shade("drop").shade()).isEqualTo("0.000");
        assertThat(scale.shade("dense").shade()).isEqualTo("1.000");
    }

    @Test
    void countsLayersOfEachLevel() {
        assertThat(map("a", "3", "b", "3", "c", "5").key())
                .extracting(HeatMap.Key::level, HeatMap.Key::layers)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple("3", 2L), org.assertj.core.groups.Tuple.tuple("5", 1L));
    }

    private static HeatMap map(String... namesAndLevels) {
        Map<String, String> assignment = new LinkedHashMap<>();
        for (int i = 0; i < namesAndLevels.length; i += 2) {
            assignment.put(namesAndLevels[i], namesAndLevels[i + 1]);
        }
        Quality quality = new Quality(0.1, 9);
        FrontPoint point = new FrontPoint("P", "evopress", 1, 3, quality, quality, assignment);
        return HeatMap.of(
                new ReportData("run", new Front(List.of(point)), null, null, null, new RunSetup("", "evopress"), "P"),
                point);
    }
}
