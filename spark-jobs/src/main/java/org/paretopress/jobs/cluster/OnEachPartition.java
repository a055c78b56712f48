package org.paretopress.jobs.cluster;

import java.io.Serializable;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import scala.collection.Iterator;
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

    /** Runs a task for each value; returns results in their order. */
    @SuppressWarnings("unchecked")
    static <T, R, F extends Function<T, R> & Serializable> List<R> run(
            JavaSparkContext spark, List<T> values, F function) {
        JavaRDD<T> partitions = spark.parallelize(values, values.size());
        Object[] results = (Object[])
                spark.sc().runJob(partitions.rdd(), new OnEachPartition<>(function), ClassTag$.MODULE$.Object());
        return (List<R>) Stream.of(results).toList();
    }

    @Override
    public Object apply(TaskContext context, Iterator<T> partition) {
        return function.apply(partition.next());
    }
}
