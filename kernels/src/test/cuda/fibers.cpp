// The one multiprocessor: the threads of a block are fibers, one of which runs until it waits; blocks run one after the other.
// Even blocks start with their first threads, odd ones with their last, so that a barrier that is missing shows in one of them.

#include <csetjmp>
#include <cstring>
#include <memory>
#include <ucontext.h>

#include "emulator.h"

namespace emulator {

simt::Machine machine;

namespace {

constexpr int LANES = 32, MAX_THREADS = 1024;
constexpr size_t STACK = 64 * 1024, STAGGER = 128, MAX_SHARED = 256 * 1024, GUARD = 128;
constexpr unsigned char GUARDED = 0xa5;

struct Copy {
    void* shared;
    const void* global;
    bool valid;
    int group;
};

struct Fiber {
    simt::Thread thread; // first, so that the current thread is the current fiber
    jmp_buf state;
    bool started;
    int groups; // of copies, committed
    std::vector<Copy> copies;
    std::unique_ptr<unsigned char[]> stack;
};

struct Warp {
    uint32_t ready, arrived; // by lane
    simt::Collective collective;
    void* arguments[LANES];
};

Fiber fibers[MAX_THREADS];
Warp warps[MAX_THREADS / LANES];
int threads, warp_count;
int waiting, ended; // of this block, at its barrier and at their end
bool backwards;
jmp_buf launcher;
const simt::Kernel* kernel;
void** parameters;
int failure;
std::string reason;
alignas(256) unsigned char shared_memory[GUARD + MAX_SHARED + GUARD];

Fiber& running() { return *reinterpret_cast<Fiber*>(machine.current); }

uint32_t all_of(int warp) {
    int lanes = threads - warp * LANES;
    return lanes >= LANES ? ~0u : (1u << lanes) - 1;
}

// The next that may run: one of the same warp before those of others; null: none.
Fiber* next_ready(int warp) {
    for (int i = 0; i < warp_count; i++) {
        if (uint32_t ready = warps[warp].ready) {
            int lane = backwards ? LANES - 1 - __builtin_clz(ready) : __builtin_ctz(ready);
            return &fibers[warp * LANES + lane];
        }
        warp = backwards ? (warp == 0 ? warp_count : warp) - 1 : warp + 1 == warp_count ? 0 : warp + 1;
    }
    return nullptr;
}

[[noreturn]] void resume(Fiber& fiber) {
    machine.current = &fiber.thread;
    _longjmp(fiber.state, 1);
}

// Lets others run until this one may again.
void give_way() {
    Fiber& self = running();
    Fiber* next = next_ready(self.thread.number / LANES);
    if (next == nullptr) {
        reason = "threads diverge: of " + std::to_string(threads) + " threads " + std::to_string(ended) + " have ended, "
                + std::to_string(waiting) + " wait at __syncthreads, "
                + std::to_string(threads - ended - waiting) + " wait for their warp";
        fail(LAUNCH_FAILED, nullptr);
    }
    if (_setjmp(self.state) == 0) {
        resume(*next);
    }
}

[[noreturn]] void live() {
    Fiber& self = running();
    if (_setjmp(self.state) == 0) {
        _longjmp(launcher, 1);
    }
    while (true) {
        kernel->run(parameters);
        if (!is_filled(self.stack.get(), GUARD, GUARDED)) {
            fail(LAUNCH_FAILED, "a thread needs more than 64 KiB of stack");
        }
        warps[self.thread.number / LANES].ready &= ~(1u << self.thread.number % LANES);
        if (++ended < threads) {
            give_way();
        } else if (_setjmp(self.state) == 0) {
            _longjmp(launcher, 1);
        }
    }
}

// Starts a fiber, which then waits for its first kernel.
void start(Fiber& fiber) {
    if (!fiber.stack) {
        fiber.stack.reset(new unsigned char[STACK + STAGGER * 63]);
    }
    memset(fiber.stack.get(), GUARDED, GUARD);
    static ucontext_t context;
    getcontext(&context);
    context.uc_stack.ss_sp = fiber.stack.get();
    // Not all tops of stacks at one place modulo 64 KiB, which a cache would hold only a few of.
    context.uc_stack.ss_size = STACK + STAGGER * static_cast<size_t>(fiber.thread.number % 64);
    context.uc_link = nullptr;
    makecontext(&context, live, 0);
    machine.current = &fiber.thread;
    if (_setjmp(launcher) == 0) {
        setcontext(&context);
    }
    fiber.started = true;
}

void block_barrier() {
    Warp& warp = warps[machine.current->number / LANES];
    warp.ready &= ~(1u << machine.current->number % LANES);
    if (++waiting < threads) {
        give_way();
        return;
    }
    waiting = 0;
    for (int i = 0; i < warp_count; i++) {
        warps[i].ready = all_of(i);
    }
}

void warp_collective(simt::Collective collective, void* argument) {
    Warp& warp = warps[machine.current->number / LANES];
    uint32_t bit = 1u << machine.current->number % LANES;
    if (warp.arrived != 0 && warp.collective != collective) {
        fail(LAUNCH_FAILED, "threads diverge: the lanes of a warp wait for different collectives");
    }
    warp.collective = collective;
    warp.arguments[machine.current->number % LANES] = argument;
    warp.arrived |= bit;
    warp.ready &= ~bit;
    if (warp.arrived != ~0u) {
        give_way();
        return;
    }
    warp.arrived = 0;
    warp.ready = ~0u;
    collect(collective, warp.arguments);
}

// Until it is waited for, what is copied is undefined.
void copy16(void* shared, const void* global, bool valid) {
    if ((reinterpret_cast<uintptr_t>(shared) | reinterpret_cast<uintptr_t>(global)) % 16 != 0) {
        fail(MISALIGNED_ADDRESS, "an asynchronous copy does not start at multiples of 16 bytes");
    }
    if (valid && !is_allocated(global, 16)) {
        fail(ILLEGAL_ADDRESS, "an asynchronous copy reads memory that is not allocated");
    }
    memset(shared, UNDEFINED, 16);
    running().copies.push_back({shared, global, valid, running().groups});
}

void commit() { running().groups++; }

// Completes all groups but the latest: PTX ISA, cp.async.wait_group.
void wait(int pending_groups) {
    Fiber& self = running();
    size_t done = 0;
    for (; done < self.copies.size() && self.copies[done].group < self.groups - pending_groups; done++) {
        const Copy& copy = self.copies[done];
        if (copy.valid) {
            memcpy(copy.shared, copy.global, 16);
        } else {
            memset(copy.shared, 0, 16);
        }
    }
    self.copies.erase(self.copies.begin(), self.copies.begin() + static_cast<ptrdiff_t>(done));
}

void prepare(size_t dynamic_shared) {
    unsigned char* begin = shared_memory + GUARD;
    memset(shared_memory, GUARDED, GUARD);
    memset(begin, UNDEFINED, dynamic_shared);
    memset(begin + dynamic_shared, GUARDED, GUARD);
    simt::Index at = machine.block, size = machine.block_size;
    backwards = (at.x + at.y + at.z) % 2 == 1;
    waiting = ended = 0;
    for (int i = 0; i < warp_count; i++) {
        warps[i].ready = all_of(i);
        warps[i].arrived = 0;
    }
    for (int i = 0; i < threads; i++) {
        unsigned number = static_cast<unsigned>(i);
        fibers[i].thread = {{number % size.x, number / size.x % size.y, number / size.x / size.y}, i};
        fibers[i].groups = 0;
        fibers[i].copies.clear();
        if (!fibers[i].started) {
            start(fibers[i]);
        }
    }
}

void run_block(size_t dynamic_shared) {
    prepare(dynamic_shared);
    if (_setjmp(launcher) == 0) {
        resume(*next_ready(0));
    }
    if (failure == SUCCESS
            && !(is_filled(shared_memory, GUARD, GUARDED)
                    && is_filled(shared_memory + GUARD + dynamic_shared, GUARD, GUARDED))) {
        failure = ILLEGAL_ADDRESS;
        reason = "dynamic shared memory was written beyond its " + std::to_string(dynamic_shared) + " bytes";
    }
}

} // namespace

void fail(int result, const char* message) {
    failure = result;
    if (message != nullptr) {
        reason = message;
    }
    _longjmp(launcher, 1);
}

int run(const simt::Kernel& launched, void** arguments, simt::Index grid, simt::Index block, size_t dynamic_shared,
        std::string& message) {
    kernel = &launched;
    parameters = arguments;
    threads = static_cast<int>(block.x * block.y * block.z);
    warp_count = (threads + LANES - 1) / LANES;
    failure = SUCCESS;
    machine = {nullptr,       {},              block,  grid,   shared_memory + GUARD,
               block_barrier, warp_collective, copy16, commit, wait};
    for (unsigned z = 0; z < grid.z && failure == SUCCESS; z++) {
        for (unsigned y = 0; y < grid.y && failure == SUCCESS; y++) {
            for (unsigned x = 0; x < grid.x && failure == SUCCESS; x++) {
                machine.block = {x, y, z};
                run_block(dynamic_shared);
            }
        }
    }
    if (failure != SUCCESS) {
        for (int i = 0; i < threads; i++) {
            fibers[i].started = false; // in the midst of the kernel
        }
        simt::Index at = machine.block, last = machine.current->index;
        auto triple = [](simt::Index i) {
            return "(" + std::to_string(i.x) + ", " + std::to_string(i.y) + ", " + std::to_string(i.z) + ")";
        };
        message = std::string(launched.name) + ", block " + triple(at) + ", thread " + triple(last) + ": " + reason;
    }
    return failure;
}

} // namespace emulator
