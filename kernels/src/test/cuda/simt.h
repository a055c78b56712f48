// What the emulator and the compiled kernels, its "cubins", share: where a thread stands and what it may call.
#pragma once

#include <cstddef>
#include <cstdint>

namespace simt {

struct Index {
    unsigned x, y, z;
};

// One thread of the block that runs.
struct Thread {
    Index index;
    int number; // of the thread in its block; its lane is the remainder by 32
};

// What the 32 threads of a warp do together.
enum Collective {
    SHUFFLE,
    SYNC_WARP,
    LOAD_MATRICES,
    LOAD_MATRICES_TRANSPOSED,
    MULTIPLY_ADD_BFLOAT16,
    MULTIPLY_ADD_FLOAT16
};

// The argument of each lane, by collective; that of SYNC_WARP is null.
struct Shuffle {
    uint64_t value; // given and returned
    int source;
};

struct LoadMatrices {
    const void* row;
    unsigned* registers; // four
};

struct MultiplyAdd {
    float* c;          // four, given and returned
    const unsigned* a; // four
    unsigned b0, b1;
};

// The one multiprocessor. Its functions switch to other threads and return when this thread may go on; they do not return
// where the launch has failed.
struct Machine {
    Thread* current;
    Index block, block_size, grid_size;
    unsigned char* dynamic_shared;
    void (*block_barrier)();
    void (*warp_collective)(Collective, void* argument);
    void (*copy16)(void* shared, const void* global, bool valid);
    void (*commit)();
    void (*wait)(int pending_groups);
};

// An entry point of an image.
struct Kernel {
    const char* name;
    void (*run)(void** parameters);
    size_t parameter_count;
    const bool* is_pointer; // by parameter
};

// Before the bytes of an image, since cuModuleLoadData is not told how many there are.
struct ImageHeader {
    char magic[8];
    uint64_t bytes;
    int32_t major, minor; // the compute capability that it was compiled for
};

constexpr char IMAGE_MAGIC[8] = {'E', 'M', 'U', 'C', 'U', 'B', 'I', 'N'};

} // namespace simt
