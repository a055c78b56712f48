package org.paretopress.tests;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaCall.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.name;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.security.SecureRandom;
import java.util.AbstractCollection;
import java.util.AbstractMap;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.paretopress.jobs.cluster.ExecutorModel;

/** The house of the design: who may know whom, and what no class of it may do. */
@AnalyzeClasses(packages = "org.paretopress", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    private static final String SEARCH = "org.paretopress.search..";
    private static final String KERNELS = "org.paretopress.kernels..";
    private static final String JOBS = "org.paretopress.jobs..";
    private static final String[] SPARK = {"org.apache.spark..", "scala.."};
    private static final List<Class<?>> MUTABLE = List.of(
            AbstractMap.class,
            AbstractCollection.class,
            AtomicInteger.class,
            AtomicLong.class,
            AtomicReference.class,
            ThreadLocal.class,
            Random.class);
    private static final String[] ENGINES = {"org.nd4j..", "org.bytedeco..", "ai.djl..", "jdk.incubator.."};

    @ArchTest
    static final ArchRule searchKnowsNoTensorAndNoCluster = noClasses()
            .that()
            .resideInAPackage(SEARCH)
            .should()
            .dependOnClassesThat(resideInAnyPackage(KERNELS, JOBS, "org.apache..", "scala..", "com.fasterxml..")
                    .and(not(resideInAPackage("org.apache.commons.statistics..")))
                    .or(resideInAnyPackage(ENGINES)));

    @ArchTest
    static final ArchRule kernelsKnowNoGenomeAndNoCluster = noClasses()
            .that()
            .resideInAPackage(KERNELS)
            .should()
            .dependOnClassesThat(resideInAnyPackage(SEARCH, JOBS, "org.apache..", "scala..", "io.jenetics.."));

    @ArchTest
    static final ArchRule jeneticsStaysInsideEvolve = noClasses()
            .that(not(resideInAPackage("org.paretopress.search.evolve..")))
            .should()
            .dependOnClassesThat(resideInAPackage("io.jenetics.."));

    @ArchTest
    static final ArchRule theSolverStaysInsideAllocate = noClasses()
            .that(not(resideInAPackage("org.paretopress.search.allocate..")))
            .should()
            .dependOnClassesThat(resideInAPackage("com.google.ortools.."));

    @ArchTest
    static final ArchRule jobsUseEnginesThroughKernels =
            noClasses().that().resideInAPackage(JOBS).should().dependOnClassesThat(resideInAnyPackage(ENGINES));

    @ArchTest
    static final ArchRule sparkStaysWhereWorkIsDistributed = noClasses()
            .that(resideInAPackage(JOBS)
                    .and(not(resideInAnyPackage(
                            "org.paretopress.jobs.bench..",
                            "org.paretopress.jobs.cli..",
                            "org.paretopress.jobs.cluster..",
                            "org.paretopress.jobs.levels..",
                            "org.paretopress.jobs.search..",
                            "org.paretopress.jobs.storage..",
                            "org.paretopress.jobs.sweep.."))))
            .should()
            .dependOnClassesThat(resideInAnyPackage(SPARK));

    @ArchTest
    static final ArchRule storageUsesSparkForItsHadoopSettingsOnly = noClasses()
            .that(resideInAPackage("org.paretopress.jobs.storage.."))
            .should()
            .dependOnClassesThat(resideInAnyPackage(SPARK)
                    .and(not(name("org.apache.spark.SparkEnv")
                            .or(name("org.apache.spark.SparkConf"))
                            .or(name("org.apache.spark.deploy.SparkHadoopUtil"))
                            .or(name("org.apache.spark.deploy.SparkHadoopUtil$")))));

    @ArchTest
    static final ArchRule onlyTheCommandLineEnds = noClasses()
            .that(not(resideInAPackage("org.paretopress.jobs.cli..")))
            .should()
            .dependOnClassesThat(resideInAnyPackage("picocli..", "org.paretopress.jobs.cli.."));

    @ArchTest
    static final ArchRule packagesOfSearchFormNoCycle =
            slices().matching("org.paretopress.search.(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule packagesOfKernelsFormNoCycle =
            slices().matching("org.paretopress.kernels.(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule packagesOfJobsFormNoCycle =
            slices().matching("org.paretopress.jobs.(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule namesSayWhatAClassIs =
            noClasses().should().haveNameMatching(".*(Manager|Helper|Helpers|Util|Utils|Processor|Impl|Base)(\\$.*)?");

    @ArchTest
    static final ArchRule nothingStaticChangesButTheHolder = classes()
            .that(resideInAnyPackage(SEARCH, KERNELS, JOBS))
            .and()
            .doNotBelongToAnyOf(ExecutorModel.class)
            .should(haveNothingStaticThatChanges());

    @ArchTest
    static final ArchRule randomDrawsAreFunctionsOfTheirSeed = noClasses()
            .should()
            .dependOnClassesThat()
            .belongToAnyOf(Random.class, ThreadLocalRandom.class, SecureRandom.class)
            .orShould()
            .callMethodWhere(target(owner(name("java.lang.Math"))).and(target(name("random"))));

    /** Static fields are final, and what makes them makes nothing that is there to be changed, whatever the fields' types say. */
    private static ArchCondition<JavaClass> haveNothingStaticThatChanges() {
        return new ArchCondition<>("have nothing static that changes") {
            @Override
            public void check(JavaClass owner, ConditionEvents events) {
                for (JavaField field : owner.getFields()) {
                    boolean changes = field.getModifiers().contains(JavaModifier.STATIC)
                            && (!field.getModifiers().contains(JavaModifier.FINAL)
                                    || MUTABLE.stream().anyMatch(field.getRawType()::isAssignableTo));
                    events.add(new SimpleConditionEvent(field, !changes, field.getFullName() + " can change"));
                }
                owner.getStaticInitializer().ifPresent(start -> start.getConstructorCallsFromSelf()
                        .forEach(made -> events.add(new SimpleConditionEvent(
                                made,
                                MUTABLE.stream().noneMatch(made.getTargetOwner()::isAssignableTo),
                                made.getDescription()))));
            }
        };
    }
}
