package org.paretopress.search.evolve;

import io.jenetics.Chromosome;
import io.jenetics.Genotype;
import io.jenetics.IntegerChromosome;
import io.jenetics.IntegerGene;
import java.util.stream.IntStream;
import org.paretopress.search.space.Assignment;
import org.paretopress.search.space.SearchSpace;

/**
 * Assignment to genotype and back: one chromosome of one gene per layer, because layers may have different numbers of
 * levels and the genes of one chromosome share their range.
 */
public final class AssignmentCodec {

    private final int[] levelCounts;

    public AssignmentCodec(SearchSpace space) {
        this.levelCounts =
                space.layers().stream().mapToInt(layer -> layer.levels().size()).toArray();
    }

    /** The genes run from 0 to the number of levels of their layer, exclusive. */
    public Genotype<IntegerGene> encode(Assignment assignment) {
        return Genotype.of(IntStream.range(0, levelCounts.length)
                .mapToObj(layer -> chromosome(assignment.level(layer), levelCounts[layer]))
                .toList());
    }

    public Assignment decode(Genotype<IntegerGene> genotype) {
        return Assignment.of(genotype.stream()
                .mapToInt(chromosome -> chromosome.gene().intValue())
                .toArray());
    }

    private static Chromosome<IntegerGene> chromosome(int level, int levelCount) {
        return IntegerChromosome.of(IntegerGene.of(level, 0, levelCount));
    }
}
