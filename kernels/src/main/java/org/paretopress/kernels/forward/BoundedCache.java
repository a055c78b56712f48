package org.paretopress.kernels.forward;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import java.util.function.ToLongFunction;

/**
 * Values in memory beside the heap, or of a GPU, made once and kept while they are hot, within a bound of bytes.
 *
 * <p>Safe for concurrent use. The least recently used value is closed first, never one that is in use: the bound is
 * exceeded by at most what the threads hold at that moment.
 */
public final class BoundedCache<K, V extends AutoCloseable> implements AutoCloseable {

    private final Map<K, Slot<V>> slots = new LinkedHashMap<>(64, 0.75f, true);
    private final ToLongFunction<V> sizeInBytes;
    private final long maxBytes;
    private long bytes;
    private long hits;
    private long misses;

    private static final class Slot<V> {
        private V value;
        private int users;
    }

    /** @param maxBytes bound on the values together, as {@code sizeInBytes} counts them */
    public BoundedCache(ToLongFunction<V> sizeInBytes, long maxBytes) {
        this.sizeInBytes = sizeInBytes;
        this.maxBytes = maxBytes;
    }

    /**
     * How often a value was there when it was asked for, and how often it had to be made.
     */
    public record Counts(long hits, long misses) {}

    /** Since this was last asked. */
    public synchronized Counts takeCounts() {
        Counts counts = new Counts(hits, misses);
        hits = 0;
        misses = 0;
        return counts;
    }

    /**
     * The value of a key; stays open until it is released.
     *
     * @param maker makes a missing value; called on the thread that asks first
     */
    public V acquire(K key, Function<K, V> maker) {
        Slot<V> slot = enter(key);
        synchronized (slot) {
            try {
                if (slot.value == null) {
                    slot.value = maker.apply(key);
                    makeRoom(sizeInBytes.applyAsLong(slot.value));
                }
                return slot.value;
            } finally {
                if (slot.value == null) {
                    release(key);
                }
            }
        }
    }

    private synchronized Slot<V> enter(K key) {
        Slot<V> slot = slots.get(key);
        if (slot == null) {
            slot = new Slot<>();
            slots.put(key, slot);
            misses++;
        } else {
            hits++;
        }
        slot.users++;
        return slot;
    }

    /** Gives back what {@link #acquire} handed out. */
    public synchronized void release(K key) {
        slots.get(key).users--;
        makeRoom(0); // for what was made while nothing else could be closed
    }

    private synchronized void makeRoom(long added) {
        bytes += added;
        if (bytes <= maxBytes) {
            return;
        }
        Iterator<Slot<V>> leastRecent = slots.values().iterator();
        while (bytes > maxBytes && leastRecent.hasNext()) {
            Slot<V> slot = leastRecent.next();
            if (slot.users == 0) {
                close(slot);
                leastRecent.remove();
            }
        }
    }

    private void close(Slot<V> slot) {
        if (slot.value != null) {
            bytes -= sizeInBytes.applyAsLong(slot.value);
            try {
                slot.value.close();
            } catch (Exception e) {
                throw new IllegalStateException("Cannot close " + slot.value, e);
            }
        }
    }

    @Override
    public synchronized void close() {
        slots.values().forEach(this::close);
        slots.clear();
    }
}
