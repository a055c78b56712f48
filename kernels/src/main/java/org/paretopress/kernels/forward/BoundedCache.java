package org.paretopress.kernels.forward;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import java.util.function.ToLongFunction;

/**
 * Values in off-heap memory, made once and kept while they are hot, within a bound of bytes.
 *
 * <p>Safe for concurrent use. The least recently used value is closed first, never one that is in use: the bound is
 * exceeded by at most what the threads hold at that moment.
 */
public final class BoundedCache<K, V extends AutoCloseable> implements AutoCloseable {

    private final Map<K, Slot<V>> slots = new LinkedHashMap<>(64, 0.75f, true);
    private final ToLongFunction<V> sizeInBytes;
    private final long maxBytes;
    private long bytes;

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
     * Hands the value of a key to its user; it stays open during the call and must not be kept.
     *
     * @param maker makes a missing value; called on the thread that asks first
     */
    public <R> R use(K key, Function<K, V> maker, Function<V, R> user) {
        Slot<V> slot = acquire(key);
        try {
            return user.apply(value(key, maker, slot));
        } finally {
            release(slot);
        }
    }

    private synchronized Slot<V> acquire(K key) {
        Slot<V> slot = slots.computeIfAbsent(key, unused -> new Slot<>());
        slot.users++;
        return slot;
    }

    private synchronized void release(Slot<V> slot) {
        slot.users--;
        makeRoom(0); // for what was made while nothing else could be closed
    }

    private V value(K key, Function<K, V> maker, Slot<V> slot) {
        synchronized (slot) {
            if (slot.value == null) {
                slot.value = maker.apply(key);
                makeRoom(sizeInBytes.applyAsLong(slot.value));
            }
            return slot.value;
        }
    }

    private synchronized void makeRoom(long added) {
        bytes += added;
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
