package org.paretopress.search.evolve;

import io.jenetics.IntegerGene;
import io.jenetics.Phenotype;
import io.jenetics.engine.Evaluator;
import io.jenetics.util.ISeq;
import io.jenetics.util.Seq;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.paretopress.search.fitness.Fitness;
import org.paretopress.search.space.Assignment;

/**
 * Staged selection behind the evaluator of a Jenetics engine. The engine asks several times per generation; a
 * population that is already evaluated comes back as it is. One instance belongs to one run.
 */
final class StagedEvaluator implements Evaluator<IntegerGene, Fitness> {

    private final AssignmentCodec codec;
    private final StagedSelection selection;
    private StagedSelection.Outcome latest;

    StagedEvaluator(AssignmentCodec codec, StagedSelection selection) {
        this.codec = codec;
        this.selection = selection;
    }

    /** The outcome of the last population that was not evaluated yet. */
    StagedSelection.Outcome latest() {
        return latest;
    }

    /** The evaluated individual is the parent, the others are its offspring. The best comes first, to win ties. */
    @Override
    public ISeq<Phenotype<IntegerGene, Fitness>> eval(Seq<Phenotype<IntegerGene, Fitness>> population) {
        if (population.forAll(Phenotype::isEvaluated)) {
            return ISeq.of(population);
        }
        Optional<Assignment> parent =
                population.stream().filter(Phenotype::isEvaluated).findFirst().map(this::decode);
        List<Assignment> offspring = population.stream()
                .filter(Phenotype::nonEvaluated)
                .map(this::decode)
                .toList();
        long generation =
                population.stream().mapToLong(Phenotype::generation).max().orElseThrow();
        latest = selection.select(offspring, parent, Math.toIntExact(generation));
        return population.stream()
                .sorted(Comparator.comparing(one -> !decode(one).equals(latest.best())))
                .map(one -> scored(one, latest.reached()))
                .collect(ISeq.toISeq());
    }

    private Phenotype<IntegerGene, Fitness> scored(
            Phenotype<IntegerGene, Fitness> one, Map<Assignment, Fitness> reached) {
        return Phenotype.of(one.genotype(), one.generation(), reached.get(decode(one)));
    }

    private Assignment decode(Phenotype<IntegerGene, Fitness> phenotype) {
        return codec.decode(phenotype.genotype());
    }
}
