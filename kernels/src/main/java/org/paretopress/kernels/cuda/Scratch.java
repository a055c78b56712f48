package org.paretopress.kernels.cuda;

import com.sun.jna.Memory;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Map;
import org.paretopress.kernels.ops.Precision;

/** Memory of the device that one engine uses again and again, by name: who asks for a name overwrites what was there. */
final class Scratch implements AutoCloseable {

    private final CudaDevice device;
    private final CudaStream stream;
    private final Map<String, Room> rooms = new HashMap<>();
    private final Map<float[], CudaDevice.Memory> constants = new IdentityHashMap<>();

    private record Room(CudaDevice.Memory memory, long bytes) {}

    Scratch(CudaDevice device, CudaStream stream) {
        this.device = device;
        this.stream = stream;
    }

    private Room room(String name, long bytes) {
        Room room = rooms.get(name);
        if (room == null || room.bytes < bytes) {
            if (room != null) {
                stream.synchronize();
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
        long address = memory(name, (long) Integer.BYTES * values.length);
        try (Memory staged = new Memory((long) Integer.BYTES * values.length)) {
            staged.write(0, values, 0, values.length);
            stream.write(address, staged, staged.size());
        }
        return address;
    }

    /** Numbers of the device, when all that was started before is done. */
    double[] read(long address, int count) {
        try (Memory staged = new Memory((long) Double.BYTES * count)) {
            stream.read(staged, address, staged.size());
            return staged.getDoubleArray(0, count);
        }
    }

    /** Address of a copy of an array that never changes, such as gains; made once. */
    long constant(float[] values) {
        return constants.computeIfAbsent(values, device::upload).address();
    }

    @Override
    public void close() {
        rooms.values().forEach(room -> room.memory.close());
        constants.values().forEach(CudaDevice.Memory::close);
    }
}
