// What the parts of the emulator share: the devices, their memory, and the one multiprocessor.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "simt.h"

#define API extern "C" __attribute__((visibility("default"))) int

namespace emulator {

// CUresult of cuda.h.
enum Result {
    SUCCESS = 0,
    INVALID_VALUE = 1,
    OUT_OF_MEMORY = 2,
    NOT_INITIALIZED = 3,
    NO_DEVICE = 100,
    INVALID_DEVICE = 101,
    INVALID_IMAGE = 200,
    INVALID_CONTEXT = 201,
    NO_BINARY_FOR_GPU = 209,
    INVALID_HANDLE = 400,
    NOT_FOUND = 500,
    ILLEGAL_ADDRESS = 700,
    CONTEXT_IS_DESTROYED = 709,
    MISALIGNED_ADDRESS = 716,
    LAUNCH_FAILED = 719
};

// What memory holds that nothing was written to: no number in any floating-point format.
constexpr unsigned char UNDEFINED = 0xff;

struct Device {
    std::string name;
    int major, minor, multiprocessors;
    size_t shared_memory; // that a block may have, if asked for
    size_t memory, used;
    int retained; // how often its primary context is
};

struct Allocation {
    size_t bytes;
    Device* device; // null: memory of the host that devices may read
};

// Guards all that is here; calls of cuBLASLt compute outside of it.
extern std::mutex lock;

extern std::vector<Device> devices;

// The device whose primary context is current on this thread; null: none.
extern thread_local Device* current;

// 0 where the driver is initialized and the current context lives; else the error.
int usable();

// Whether the bytes lie in one live allocation.
bool is_allocated(const void* address, size_t bytes);

// Whether this may be a pointer that a kernel gets: into a live allocation or to its end.
bool is_pointer(const void* address);

// The address right behind which bytes were changed that belong to no allocation, or null; they are then as before.
const void* overrun();

bool is_stream(const void* stream);

inline bool is_filled(const unsigned char* bytes, size_t count, unsigned char with) {
    return count == 0 || bytes[0] == with && memcmp(bytes, bytes + 1, count - 1) == 0;
}

// Ends what belongs to a context: its modules, streams and events, and its memory.
void forget(const Device* device);
void free_all(const Device* device);

// Runs all threads of a grid; what went wrong is then in the message.
int run(const simt::Kernel& kernel, void** parameters, simt::Index grid, simt::Index block, size_t dynamic_shared,
        std::string& message);

// Ends the launch that runs, from one of its threads.
[[noreturn]] void fail(int result, const char* message);

// Does what the 32 lanes of a warp want done together.
void collect(simt::Collective collective, void* const* arguments);

extern simt::Machine machine;

float float_of_bfloat16(uint16_t bits);
float float_of_float16(uint16_t bits);
uint16_t bfloat16_of(float value);
uint16_t float16_of(float value);

} // namespace emulator
