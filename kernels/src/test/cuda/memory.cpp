// libcuda, second part: memory. What is called "asynchronous" is done when the call returns.

#include <cstdlib>
#include <cstring>

#include "emulator.h"

namespace emulator {

namespace {

// The address that the driver gives is aligned to 256 bytes; behind the last byte lies a zone that reads as undefined and
// is checked for writes.
constexpr size_t ALIGNMENT = 256, ZONE = 256;

// By first address; never destroyed, as threads may outlive static variables.
auto& allocations = *new std::map<uintptr_t, Allocation>;

std::map<uintptr_t, Allocation>::const_iterator holding(const void* address) {
    auto after = allocations.upper_bound(reinterpret_cast<uintptr_t>(address));
    return after == allocations.begin() ? allocations.end() : std::prev(after);
}

unsigned char* end_of(const std::pair<const uintptr_t, Allocation>& allocation) {
    return reinterpret_cast<unsigned char*>(allocation.first + allocation.second.bytes);
}

size_t whole(size_t bytes) { return (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT; }

int allocate(void** address, size_t bytes, Device* device) {
    *address = std::aligned_alloc(ALIGNMENT, whole(bytes) + ZONE);
    if (*address == nullptr) {
        return OUT_OF_MEMORY;
    }
    memset(*address, UNDEFINED, whole(bytes) + ZONE);
    allocations[reinterpret_cast<uintptr_t>(*address)] = {bytes, device};
    return SUCCESS;
}

int release(void* address, bool of_device) {
    auto found = allocations.find(reinterpret_cast<uintptr_t>(address));
    if (found == allocations.end() || (found->second.device != nullptr) != of_device) {
        return INVALID_VALUE;
    }
    if (of_device) {
        found->second.device->used -= whole(found->second.bytes);
    }
    std::free(address);
    allocations.erase(found);
    return SUCCESS;
}

int copy(void* to, const void* from, size_t bytes, bool to_device, bool from_device, const void* stream) {
    std::lock_guard<std::mutex> guard(lock);
    if (int error = usable()) {
        return error;
    }
    if (!is_stream(stream)) {
        return INVALID_HANDLE;
    }
    if (bytes == 0) {
        return SUCCESS;
    }
    if (to == nullptr || from == nullptr) {
        return INVALID_VALUE;
    }
    if (to_device && !is_allocated(to, bytes) || from_device && !is_allocated(from, bytes)) {
        return ILLEGAL_ADDRESS;
    }
    memmove(to, from, bytes);
    return SUCCESS;
}

void* pointer(uint64_t address) { return reinterpret_cast<void*>(address); }

} // namespace

void free_all(const Device* device) {
    for (auto i = allocations.begin(); i != allocations.end();) {
        auto next = std::next(i);
        if (i->second.device == device) {
            release(reinterpret_cast<void*>(i->first), true);
        }
        i = next;
    }
}

bool is_allocated(const void* address, size_t bytes) {
    auto found = holding(address);
    if (found == allocations.end()) {
        return false;
    }
    size_t offset = reinterpret_cast<uintptr_t>(address) - found->first;
    return offset <= found->second.bytes && bytes <= found->second.bytes - offset;
}

bool is_pointer(const void* address) { return address == nullptr || is_allocated(address, 0); }

const void* overrun() {
    for (const auto& allocation : allocations) {
        unsigned char* end = end_of(allocation);
        size_t count = whole(allocation.second.bytes) - allocation.second.bytes + ZONE;
        if (!is_filled(end, count, UNDEFINED)) {
            memset(end, UNDEFINED, count);
            return end;
        }
    }
    return nullptr;
}

} // namespace emulator

using namespace emulator;

API cuMemGetInfo_v2(size_t* free, size_t* total) {
    std::lock_guard<std::mutex> guard(lock);
    if (int error = usable()) {
        return error;
    }
    *free = current->memory - current->used;
    *total = current->memory;
    return SUCCESS;
}

API cuMemAlloc_v2(uint64_t* address, size_t bytes) {
    std::lock_guard<std::mutex> guard(lock);
    if (int error = usable()) {
        return error;
    }
    if (bytes == 0 || address == nullptr) {
        return INVALID_VALUE;
    }
    if (bytes > current->memory || whole(bytes) > current->memory - current->used) {
        return OUT_OF_MEMORY;
    }
    void* allocated;
    if (int error = allocate(&allocated, bytes, current)) {
        return error;
    }
    current->used += whole(bytes);
    *address = reinterpret_cast<uint64_t>(allocated);
    return SUCCESS;
}

API cuMemFree_v2(uint64_t address) {
    std::lock_guard<std::mutex> guard(lock);
    if (int error = usable()) {
        return error;
    }
    return address == 0 ? SUCCESS : release(pointer(address), true);
}

API cuMemHostAlloc(void** address, size_t bytes, unsigned) {
    std::lock_guard<std::mutex> guard(lock);
    if (int error = usable()) {
        return error;
    }
    return bytes == 0 || address == nullptr ? INVALID_VALUE : allocate(address, bytes, nullptr);
}

API cuMemFreeHost(void* address) {
    std::lock_guard<std::mutex> guard(lock);
    if (int error = usable()) {
        return error;
    }
    return release(address, false);
}

API cuMemcpyHtoDAsync_v2(uint64_t to, const void* from, size_t bytes, void* stream) {
    return copy(pointer(to), from, bytes, true, false, stream);
}

API cuMemcpyDtoHAsync_v2(void* to, uint64_t from, size_t bytes, void* stream) {
    return copy(to, pointer(from), bytes, false, true, stream);
}

API cuMemcpyDtoDAsync_v2(uint64_t to, uint64_t from, size_t bytes, void* stream) {
    return copy(pointer(to), pointer(from), bytes, true, true, stream);
}

API cuMemcpyHtoD_v2(uint64_t to, const void* from, size_t bytes) { return cuMemcpyHtoDAsync_v2(to, from, bytes, nullptr); }

API cuMemcpyDtoH_v2(void* to, uint64_t from, size_t bytes) { return cuMemcpyDtoHAsync_v2(to, from, bytes, nullptr); }

// CUDA_MEMCPY2D of cuda.h.
struct Side {
    size_t x, y;
    unsigned type; // CUmemorytype: 1 host, 2 device
    char* host;
    uint64_t device;
    void* array;
    size_t pitch;

    char* row(size_t i) const { return (type == 1 ? host : static_cast<char*>(pointer(device))) + (y + i) * pitch + x; }
};

struct Memcpy2D {
    Side from, to;
    size_t width, height;
};

API cuMemcpy2DAsync_v2(const Memcpy2D* copied, void* stream) {
    if (copied == nullptr) {
        return INVALID_VALUE;
    }
    for (const Side* side : {&copied->from, &copied->to}) {
        if (side->type != 1 && side->type != 2 || side->pitch != 0 && side->x + copied->width > side->pitch) {
            return INVALID_VALUE;
        }
    }
    int error = SUCCESS;
    for (size_t i = 0; i < copied->height && error == SUCCESS; i++) {
        error = copy(copied->to.row(i), copied->from.row(i), copied->width, copied->to.type == 2, copied->from.type == 2, stream);
    }
    return error;
}

API cuMemsetD8Async(uint64_t to, unsigned char value, size_t count, void* stream) {
    std::lock_guard<std::mutex> guard(lock);
    if (int error = usable()) {
        return error;
    }
    if (!is_stream(stream)) {
        return INVALID_HANDLE;
    }
    if (!is_allocated(pointer(to), count)) {
        return ILLEGAL_ADDRESS;
    }
    memset(pointer(to), value, count);
    return SUCCESS;
}
