package org.paretopress.jobs.cluster;

import java.io.Serializable;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.rdd.RDD;
import org.apache.spark.scheduler.ExecutorCacheTaskLocation;
import org.apache.spark.storage.BlockManagerId;
import scala.Tuple2;
import scala.collection.Iterator;
import scala.collection.immutable.Seq;
import scala.jdk.javaapi.CollectionConverters;
import scala.reflect.ClassTag$;
import scala.runtime.AbstractFunction2;

/**
 * A function of the one value of each partition, in the form that Spark's scheduler takes: by way of map and collect every stage would
 * have Spark search its own closures for what they hold, which took the driver longer than all else.
 */
final class OnEachPartition<T, R> extends AbstractFunction2<TaskContext, Iterator<T>, Object> implements Serializable {

    private static final long serialVersionUID = 1L;

    private final Function<T, R> function;

    private OnEachPartition(Function<T, R> function) {
        this.function = function;
    }

    /**
     * Runs a task for each value; returns results in their order.
     *
     * @param places from 0 to less than 1: a task runs by preference on the executor that has this place among all. There it finds what
     *     tasks of the same place have left in memory. An executor that is idle takes any.
     */
    @SuppressWarnings("unchecked")
    static <T, R, F extends Function<T, R> & Serializable> List<R> run(
            JavaSparkContext spark, List<T> values, ToDoubleFunction<T> places, F function) {
        List<String> executors = executors(spark);
        List<Tuple2<T, Seq<String>>> placed = values.stream()
                .map(value -> new Tuple2<>(value, sequence(at(places.applyAsDouble(value), executors))))
                .toList();
        RDD<T> partitions = spark.sc().makeRDD(sequence(placed), ClassTag$.MODULE$.apply(Object.class));
        Object[] results =
                (Object[]) spark.sc().runJob(partitions, new OnEachPartition<>(function), ClassTag$.MODULE$.Object());
        return (List<R>) Stream.of(results).toList();
    }

    /** The executors, in the order in which they were started; none where tasks run in the driver. */
    private static List<String> executors(JavaSparkContext spark) {
        return CollectionConverters.asJava(
                        spark.sc().env().blockManager().master().getMemoryStatus())
                .keySet()
                .stream()
                .filter(id -> !id.isDriver())
                .sorted(Comparator.<BlockManagerId>comparingInt(
                                id -> id.executorId().length())
                        .thenComparing(BlockManagerId::executorId)) // their numbers
                .map(id -> new ExecutorCacheTaskLocation(id.host(), id.executorId()).toString())
                .toList();
    }

    /** The executor at a place, if there is any. */
    static List<String> at(double place, List<String> executors) {
        int index = (int) (place * executors.size());
        return executors.isEmpty() ? List.of() : executors.subList(index, index + 1);
    }

    private static <E> Seq<E> sequence(List<E> elements) {
        return CollectionConverters.asScala(elements).toSeq();
    }

    @Override
    public Object apply(TaskContext context, Iterator<T> partition) {
        return function.apply(partition.next());
    }
}
