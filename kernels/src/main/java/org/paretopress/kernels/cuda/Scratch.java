package org.paretopress.kernels.cuda;

import com.sun.jna.Pointer;
import com.sun.jna.ptr.PointerByReference;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Set;
import org.paretopress.kernels.ops.Precision;

/** Memory that one engine uses again and again, by name: who asks for a name overwrites what was there. */
final class Scratch implements AutoCloseable {

    private final CudaDevice device;
    private final CudaStream stream;
    private final Map<String, Room> rooms = new HashMap<>();
    private final Map<String, Staged> staging = new HashMap<>();
    /** Names of staging memory from which a copy may still be under way. */
    private final Set<String> leaving = new HashSet<>();

    private final Map<float[], CudaDevice.Memory> constants = new IdentityHashMap<>();

    private record Room(CudaDevice.Memory memory, long bytes) {}

    /** Memory of the host that the GPU reads and writes by itself, while the thread goes on. */
    private record Staged(Pointer start, long bytes) {}

    Scratch(CudaDevice device, CudaStream stream) {
        this.device = device;
        this.stream = stream;
    }

    private Room room(String name, long bytes) {
        Room room = rooms.get(name);
        if (room == null || room.bytes < bytes) {
            if (room != null) {
                rooms.remove(name); // first: there may be no memory for a larger one
                room.memory.close();
            }
            room = new Room(device.allocate(bytes), bytes);
            rooms.put(name, room);
        }
        return room;
    }

    /** Address of some bytes. */
    long memory(String name, long bytes) {
        return room(name, bytes).memory.address();
    }

    CudaTensor tensor(String name, int rows, int columns, Precision precision) {
        Room room = room(name, CudaTensor.sizeInBytes(rows, columns, precision));
        return CudaTensor.within(device, room.memory, rows, columns, precision);
    }

    /** Address of a copy of numbers, for what is started next. */
    long numbers(String name, int[] values) {
        long bytes = (long) Integer.BYTES * values.length;
        long address = memory(name, bytes);
        if (leaving.contains(name)) {
            synchronize();
        }
        Pointer staged = staged(name, bytes);
        staged.write(0, values, 0, values.length);
        stream.write(address, staged, bytes);
        leaving.add(name);
        return address;
    }

    /** Numbers of the device, when all that was started before is done. */
    double[] read(long address, int count) {
        long bytes = (long) Double.BYTES * count;
        Pointer staged = staged("read", bytes);
        stream.read(staged, address, bytes);
        synchronize();
        return staged.getDoubleArray(0, count);
    }

    private void synchronize() {
        stream.synchronize();
        leaving.clear();
    }

    private Pointer staged(String name, long bytes) {
        Staged staged = staging.get(name);
        if (staged == null || staged.bytes < bytes) {
            synchronize();
            if (staged != null) {
                staging.remove(name);
                device.driver().cuMemFreeHost(staged.start);
            }
            PointerByReference allocated = new PointerByReference();
            device.check(device.driver().cuMemHostAlloc(allocated, bytes, 0), "lock " + bytes + " bytes of the host");
            staged = new Staged(allocated.getValue(), bytes);
            staging.put(name, staged);
        }
        return staged.start;
    }

    /** Address of a copy of an array that never changes, such as gains; made once. */
    long constant(float[] values) {
        return constants.computeIfAbsent(values, device::upload).address();
    }

    @Override
    public void close() {
        rooms.values().forEach(room -> room.memory.close());
        constants.values().forEach(CudaDevice.Memory::close);
        staging.values().forEach(staged -> device.driver().cuMemFreeHost(staged.start));
    }
}
