package org.paretopress.jobs.cluster;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * Cuts work into tasks. A piece of work is a group of sequences and the candidates to be scored on it. Tasks are cut over
 * pieces first, because different sequences share no work that could be saved, then over candidates where cores would stand
 * idle.
 */
final class Shards {

    /** More tasks than cores where that costs nothing, so that a core that falls behind holds up less. */
    private static final int TASKS_A_CORE = 2;

    private Shards() {}

    /**
     * A group of sequences and candidates to be scored on it.
     *
     * @param candidates numbers; neighbours share much work
     */
    record Piece(int group, int[] candidates) {}

    /**
     * Tasks that cover all pieces once.
     *
     * @param cores how many tasks run at once
     */
    static List<List<Piece>> cut(List<Piece> pieces, int cores) {
        int byPiece = Math.max(1, Math.min(pieces.size(), TASKS_A_CORE * cores));
        int byCandidate = Math.max(1, cores / byPiece);
        List<List<Piece>> shards = new ArrayList<>();
        for (int p = 0; p < byPiece; p++) {
            List<Piece> whole = pieces.subList(part(pieces.size(), byPiece, p), part(pieces.size(), byPiece, p + 1));
            for (int c = 0; c < byCandidate; c++) {
                List<Piece> shard = share(whole, byCandidate, c);
                if (!shard.isEmpty()) {
                    shards.add(shard);
                }
            }
        }
        return shards;
    }

    /** The same work with a task for each candidate. */
    static List<List<Piece>> single(List<List<Piece>> shards) {
        Map<Integer, List<Piece>> byCandidate = new TreeMap<>();
        for (List<Piece> shard : shards) {
            for (Piece piece : shard) {
                for (int candidate : piece.candidates()) {
                    byCandidate
                            .computeIfAbsent(candidate, unused -> new ArrayList<>())
                            .add(new Piece(piece.group(), new int[] {candidate}));
                }
            }
        }
        return List.copyOf(byCandidate.values());
    }

    /**
     * Pieces side by side that may go through a model at once: those with the same candidates, on groups of full size.
     *
     * @param most pieces at once
     */
    static List<List<Piece>> lots(List<Piece> pieces, ScoredText.Groups groups, int most) {
        List<List<Piece>> lots = new ArrayList<>();
        List<Piece> lot = List.of();
        for (Piece piece : pieces) {
            boolean joins = !lot.isEmpty()
                    && lot.size() < most
                    && Arrays.equals(lot.get(0).candidates(), piece.candidates())
                    && groups.size(lot.get(0).group()) == groups.together()
                    && groups.size(piece.group()) == groups.together();
            if (!joins) {
                lot = new ArrayList<>();
                lots.add(lot);
            }
            lot.add(piece);
        }
        return lots;
    }

    /** One share of the candidates of every piece. */
    private static List<Piece> share(List<Piece> pieces, int parts, int index) {
        List<Piece> shares = new ArrayList<>();
        for (Piece piece : pieces) {
            int count = piece.candidates().length;
            int[] own =
                    Arrays.copyOfRange(piece.candidates(), part(count, parts, index), part(count, parts, index + 1));
            if (own.length > 0) {
                shares.add(new Piece(piece.group(), own));
            }
        }
        return shares;
    }

    private static int part(int count, int parts, int index) {
        return (int) ((long) count * index / parts);
    }

    /** Pieces as they travel: group, number of candidates, candidates; and so on. */
    static int[] encode(List<Piece> pieces) {
        return pieces.stream()
                .flatMapToInt(piece -> IntStream.concat(
                        IntStream.of(piece.group(), piece.candidates().length), Arrays.stream(piece.candidates())))
                .toArray();
    }

    /** Where in the text an encoded shard's middle group stands, from 0 to less than 1. */
    static double place(int[] numbers, ScoredText.Groups groups) {
        List<Piece> pieces = decode(numbers);
        return (double) pieces.get(pieces.size() / 2).group() / groups.count();
    }

    static List<Piece> decode(int[] numbers) {
        List<Piece> pieces = new ArrayList<>();
        for (int i = 0; i < numbers.length; i += 2 + numbers[i + 1]) {
            pieces.add(new Piece(numbers[i], Arrays.copyOfRange(numbers, i + 2, i + 2 + numbers[i + 1])));
        }
        return pieces;
    }
}
