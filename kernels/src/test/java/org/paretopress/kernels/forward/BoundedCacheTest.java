package org.paretopress.kernels.forward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Values stay within the bound, are made once while they are hot, and never close under their users. */
class BoundedCacheTest {

    private final AtomicLong open = new AtomicLong();
    private final AtomicInteger made = new AtomicInteger();

    /** A value that knows who uses it. */
    private final class Value implements AutoCloseable {
        private final int key;
        private final AtomicInteger users = new AtomicInteger();
        private volatile boolean closed;

        Value(int key) {
            this.key = key;
            open.addAndGet(size());
            made.incrementAndGet();
        }

        long size() {
            return 10 + key;
        }

        @Override
        public void close() {
            assertThat(users).hasValue(0);
            assertThat(closed).as("%d closed before", key).isFalse();
            closed = true;
            open.addAndGet(-size());
        }
    }

    private BoundedCache<Integer, Value> cache(long bound) {
        return new BoundedCache<>(Value::size, bound);
    }

    private int use(BoundedCache<Integer, Value> cache, int key) {
        int found = cache.acquire(key, Value::new).key;
        cache.release(key);
        return found;
    }

    @Test
    void aHotValueIsMadeOnceAndTheLeastRecentGoesFirst() {
        BoundedCache<Integer, Value> cache = cache(40);
        for (int key : new int[] {1, 2, 3, 1, 4, 1}) { // 4 pushes out 2
            assertThat(use(cache, key)).isEqualTo(key);
        }
        assertThat(made).hasValue(4);
        assertThat(open).hasValue(11 + 13 + 14);
        use(cache, 3);
        assertThat(made).as("3 was still there").hasValue(4);
        use(cache, 2);
        assertThat(made).as("2 had gone").hasValue(5);
        assertThat(open.get()).isLessThanOrEqualTo(40);
    }

    @Test
    void aValueInUseStaysOpenAndTheBoundHoldsAgainAfterwards() {
        BoundedCache<Integer, Value> cache = cache(11);
        Value outer = cache.acquire(1, Value::new);
        Value inner = cache.acquire(2, Value::new);
        assertThat(outer.closed).isFalse();
        assertThat(inner.closed).isFalse();
        assertThat(open).hasValue(11 + 12);
        cache.release(2);
        cache.release(1);
        assertThat(open.get()).isLessThanOrEqualTo(11);
    }

    @Test
    void aMakerThatFailsLeavesNothingBehind() {
        BoundedCache<Integer, Value> cache = cache(100);
        assertThatThrownBy(() -> cache.acquire(1, key -> {
                    throw new IllegalStateException("disk");
                }))
                .hasMessage("disk");
        assertThat(use(cache, 1)).isEqualTo(1);
        cache.close();
        assertThat(open).hasValue(0);
    }

    @Test
    void threadsShareValuesThatNobodyCloses() throws Exception {
        BoundedCache<Integer, Value> cache = cache(60);
        CyclicBarrier start = new CyclicBarrier(4);
        ExecutorService threads = Executors.newFixedThreadPool(4);
        List<Future<?>> ends = new ArrayList<>();
        for (int thread = 0; thread < 4; thread++) {
            SplittableRandom random = new SplittableRandom(thread);
            ends.add(threads.submit(() -> {
                start.await();
                for (int i = 0; i < 20_000; i++) {
                    int key = random.nextInt(12);
                    check(key, cache.acquire(key, Value::new));
                    cache.release(key);
                }
                return null;
            }));
        }
        for (Future<?> end : ends) {
            end.get();
        }
        threads.shutdown();
        assertThat(open.get()).isBetween(1L, 60L);
        assertThat(made.get()).isLessThan(4 * 20_000);
        cache.close();
        assertThat(open).hasValue(0);
    }

    private static void check(int key, Value value) {
        value.users.incrementAndGet();
        boolean good = value.key == key && !value.closed;
        Thread.onSpinWait();
        good &= !value.closed;
        value.users.decrementAndGet();
        assertThat(good).isTrue();
    }
}
