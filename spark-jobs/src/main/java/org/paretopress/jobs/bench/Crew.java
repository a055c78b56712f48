package org.paretopress.jobs.bench;

import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Threads that do the same work side by side; each keeps its own tools. */
final class Crew<T extends AutoCloseable> implements AutoCloseable {

    private final List<ExecutorService> threads;
    private final List<T> tools;

    /** @param maker makes the tools of a thread, on that thread */
    Crew(int threads, Callable<T> maker) {
        this.threads = IntStream.range(0, threads)
                .mapToObj(i -> Executors.newSingleThreadExecutor())
                .toList();
        this.tools = await(this.threads.stream().map(thread -> thread.submit(maker)));
    }

    /** What a thread does with its tools. */
    interface Work<T> {
        void with(T tools);
    }

    /** Runs the work on all threads at once; returns the seconds until the last is done. */
    double seconds(Work<T> work) {
        long start = System.nanoTime();
        await(IntStream.range(0, tools.size()).mapToObj(i -> threads.get(i).submit(() -> {
            work.with(tools.get(i));
            return true;
        })));
        return (System.nanoTime() - start) / 1e9;
    }

    private static <R> List<R> await(Stream<Future<R>> futures) {
        return futures.toList().stream()
                .map(future -> {
                    try {
                        return future.get();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                        throw new IllegalStateException("The benchmark was interrupted.", e);
                    } catch (ExecutionException e) {
                        throw new IllegalStateException("The benchmark failed.", e.getCause());
                    }
                })
                .toList();
    }

    @Override
    public void close() throws Exception {
        for (T own : tools) {
            own.close();
        }
        threads.forEach(ExecutorService::shutdown);
    }
}
