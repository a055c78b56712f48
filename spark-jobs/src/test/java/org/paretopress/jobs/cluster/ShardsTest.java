package org.paretopress.jobs.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.paretopress.jobs.cluster.Shards.Piece;

/** However work is cut, every candidate meets every group exactly once. */
class ShardsTest {

    private static final int[] SIZES = {1, 2, 3, 5, 7, 16, 33};

    /** Every candidate on every group. */
    private static List<Piece> rectangle(int candidates, int groups) {
        return IntStream.range(0, groups)
                .mapToObj(
                        group -> new Piece(group, IntStream.range(0, candidates).toArray()))
                .toList();
    }

    @Test
    void everythingIsCoveredOnceAndSurvivesTheWire() {
        for (int candidates : SIZES) {
            for (int groups : SIZES) {
                for (int cores : new int[] {1, 2, 3, 4, 8, 13, 64, 5000}) {
                    List<List<Piece>> shards = Shards.cut(rectangle(candidates, groups), cores);
                    assertThat(shards).hasSizeBetween(1, 2 * cores);
                    assertCovered(candidates, groups, shards);
                }
            }
        }
    }

    @Test
    void raggedWorkIsCoveredToo() {
        List<Piece> ragged = List.of(new Piece(3, new int[] {5}), new Piece(1, new int[] {0, 5, 7, 9}));
        List<int[]> met = new ArrayList<>();
        for (List<Piece> shard : Shards.cut(ragged, 8)) {
            shard.forEach(
                    piece -> Arrays.stream(piece.candidates()).forEach(c -> met.add(new int[] {piece.group(), c})));
        }
        assertThat(met)
                .containsExactlyInAnyOrder(
                        new int[] {3, 5}, new int[] {1, 0}, new int[] {1, 5}, new int[] {1, 7}, new int[] {1, 9});
    }

    @Test
    void candidatesStayTogetherWhileThereIsTextForEveryCore() {
        assertThat(Shards.cut(rectangle(32, 2), 2))
                .hasSize(2)
                .allSatisfy(shard -> assertThat(shard.get(0).candidates()).hasSize(32));
    }

    @Test
    void candidatesAreCutEvenlyWhereCoresWouldStandIdle() {
        assertThat(Shards.cut(rectangle(10, 4), 12)).hasSize(12).allSatisfy(shard -> assertThat(shard)
                .singleElement()
                .satisfies(piece -> assertThat(piece.candidates()).hasSizeBetween(3, 4)));
    }

    @Test
    void noWorkIsNoTrouble() {
        assertThat(Shards.cut(List.of(), 4)).isEmpty();
    }

    private static void assertCovered(int candidates, int groups, List<List<Piece>> shards) {
        int[] met = new int[candidates * groups];
        for (List<Piece> shard : shards) {
            assertThat(shard).isNotEmpty();
            for (Piece piece : Shards.decode(Shards.encode(shard))) {
                for (int c : piece.candidates()) {
                    met[c * groups + piece.group()]++;
                }
            }
        }
        assertThat(Arrays.stream(met).allMatch(count -> count == 1))
                .as("%d × %d in %d shards", candidates, groups, shards.size())
                .isTrue();
    }

    @Test
    void piecesThatHaveTheSameCandidatesOnFullGroupsGoTogether() {
        ScoredText.Groups groups = new ScoredText.Groups(11, 2); // five of two sequences and one of one
        List<Piece> pieces = new ArrayList<>(rectangle(3, 6));
        pieces.set(3, new Piece(3, new int[] {0, 2}));
        assertThat(Shards.lots(pieces, groups, 2))
                .extracting(lot -> lot.stream().map(Piece::group).toList())
                .containsExactly(List.of(0, 1), List.of(2), List.of(3), List.of(4), List.of(5));
        assertThat(Shards.lots(pieces, groups, 8)).hasSize(4);
        assertThat(Shards.lots(pieces, groups, 1)).hasSize(6);
    }
}
