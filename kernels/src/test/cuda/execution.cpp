// libcuda, third part: modules, streams, events and launches. A launch is done when cuLaunchKernel returns, and its error is
// that call's, as with CUDA_LAUNCH_BLOCKING; unlike a device's, it does not spoil the context.

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <dlfcn.h>
#include <memory>
#include <unistd.h>

#include "emulator.h"

namespace emulator {

namespace {

struct Module;

struct Function {
    const simt::Kernel* kernel;
    size_t dynamic_shared; // that a launch may ask for
    Module* module;
};

struct Module {
    const Device* device;
    void* library;
    std::map<std::string, Function> functions;
};

struct Stream {
    const Device* device;
};

struct Event {
    const Device* device;
    bool recorded;
    std::chrono::steady_clock::time_point at;
};

// What handles there are; never destroyed, as threads may outlive static variables.
template <typename Thing> auto& live = *new std::map<const void*, std::unique_ptr<Thing>>;

template <typename Thing> Thing* find(const void* handle) {
    auto found = live<Thing>.find(handle);
    return found == live<Thing>.end() ? nullptr : found->second.get();
}

template <typename Thing> int create(void** handle, Thing thing) {
    if (int error = usable()) {
        return error;
    }
    auto created = std::make_unique<Thing>(std::move(thing));
    *handle = created.get();
    live<Thing>[*handle] = std::move(created);
    return SUCCESS;
}

template <typename Thing> int destroy(const void* handle) {
    if (int error = usable()) {
        return error;
    }
    return live<Thing>.erase(handle) == 1 ? SUCCESS : INVALID_HANDLE;
}

template <typename Thing> void forget_all(const Device* device) {
    for (auto i = live<Thing>.begin(); i != live<Thing>.end();) {
        i = i->second->device == device ? live<Thing>.erase(i) : std::next(i);
    }
}

Function* function_of(const void* handle) {
    for (auto& module : live<Module>) {
        for (auto& function : module.second->functions) {
            if (&function.second == handle) {
                return &function.second;
            }
        }
    }
    return nullptr;
}

// Loads the bytes of a shared library, which no name keeps.
void* load(const void* bytes, size_t count) {
    const char* folder = getenv("TMPDIR");
    std::string path = std::string(folder == nullptr ? "/tmp" : folder) + "/emulated-cubin-XXXXXX";
    int file = mkstemp(path.data());
    if (file < 0) {
        return nullptr;
    }
    FILE* stream = fdopen(file, "wb");
    bool written = fwrite(bytes, 1, count, stream) == count;
    written = fclose(stream) == 0 && written;
    void* library = written ? dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL) : nullptr;
    unlink(path.c_str());
    return library;
}

int check(const Function& function, simt::Index grid, simt::Index block, size_t shared, void** parameters) {
    constexpr unsigned MAX_GRID = 65535, MAX_BLOCK = 1024, MAX_DEPTH = 64;
    if (grid.x == 0 || grid.y == 0 || grid.z == 0 || grid.x > 0x7fffffff || grid.y > MAX_GRID || grid.z > MAX_GRID) {
        return INVALID_VALUE;
    }
    if (block.x == 0 || block.y == 0 || block.z == 0 || block.x > MAX_BLOCK || block.y > MAX_BLOCK || block.z > MAX_DEPTH
            || block.x * block.y * block.z > MAX_BLOCK || shared > function.dynamic_shared) {
        return INVALID_VALUE;
    }
    for (size_t i = 0; i < function.kernel->parameter_count; i++) {
        if (parameters == nullptr || parameters[i] == nullptr) {
            return INVALID_VALUE;
        }
        if (function.kernel->is_pointer[i] && !is_pointer(*static_cast<void**>(parameters[i]))) {
            fprintf(stderr, "emulated CUDA: argument %zu of %s points to no memory of the device\n", i, function.kernel->name);
            return ILLEGAL_ADDRESS;
        }
    }
    return SUCCESS;
}

} // namespace

bool is_stream(const void* stream) { return stream == nullptr || find<Stream>(stream) != nullptr; }

void forget(const Device* device) {
    forget_all<Module>(device); // their libraries stay loaded
    forget_all<Stream>(device);
    forget_all<Event>(device);
    free_all(device);
}

} // namespace emulator

using namespace emulator;
using Guard = std::lock_guard<std::mutex>;

API cuStreamCreate(void** stream, unsigned) {
    Guard guard(lock);
    return create(stream, Stream{current});
}

API cuStreamDestroy_v2(void* stream) {
    Guard guard(lock);
    return destroy<Stream>(stream);
}

API cuStreamSynchronize(void* stream) {
    Guard guard(lock);
    if (int error = usable()) {
        return error;
    }
    return is_stream(stream) ? SUCCESS : INVALID_HANDLE;
}

API cuEventCreate(void** event, unsigned) {
    Guard guard(lock);
    return create(event, Event{current, false, {}});
}

API cuEventDestroy_v2(void* event) {
    Guard guard(lock);
    return destroy<Event>(event);
}

API cuEventRecord(void* event, void* stream) {
    Guard guard(lock);
    if (int error = usable()) {
        return error;
    }
    Event* found = find<Event>(event);
    if (found == nullptr || !is_stream(stream)) {
        return INVALID_HANDLE;
    }
    found->recorded = true;
    found->at = std::chrono::steady_clock::now();
    return SUCCESS;
}

API cuEventSynchronize(void* event) {
    Guard guard(lock);
    if (int error = usable()) {
        return error;
    }
    return find<Event>(event) == nullptr ? INVALID_HANDLE : SUCCESS;
}

API cuEventElapsedTime(float* milliseconds, void* start, void* end) {
    Guard guard(lock);
    if (int error = usable()) {
        return error;
    }
    Event *from = find<Event>(start), *to = find<Event>(end);
    if (from == nullptr || to == nullptr || !from->recorded || !to->recorded) {
        return INVALID_HANDLE;
    }
    *milliseconds = std::chrono::duration<float, std::milli>(to->at - from->at).count();
    return SUCCESS;
}

API cuModuleLoadData(void** module, const void* image) {
    Guard guard(lock);
    if (int error = usable()) {
        return error;
    }
    if (module == nullptr || image == nullptr) {
        return INVALID_VALUE;
    }
    simt::ImageHeader header;
    memcpy(&header, image, sizeof header);
    if (memcmp(header.magic, simt::IMAGE_MAGIC, sizeof header.magic) != 0) {
        return INVALID_IMAGE;
    }
    if (header.major != current->major || header.minor > current->minor) {
        return NO_BINARY_FOR_GPU;
    }
    void* library = load(static_cast<const char*>(image) + sizeof header, header.bytes);
    using Bind = size_t (*)(simt::Machine*, const simt::Kernel**);
    Bind bind = library == nullptr ? nullptr : reinterpret_cast<Bind>(dlsym(library, "simt_bind"));
    if (bind == nullptr) {
        const char* error = dlerror();
        fprintf(stderr, "emulated CUDA: cannot load an image: %s\n", error == nullptr ? "it cannot be written" : error);
        return INVALID_IMAGE;
    }
    int error = create(module, Module{current, library, {}});
    Module* loaded = find<Module>(*module);
    const simt::Kernel* kernels;
    for (size_t i = bind(&machine, &kernels); i-- > 0;) {
        loaded->functions[kernels[i].name] = {&kernels[i], 48 * 1024, loaded};
    }
    return error;
}

API cuModuleUnload(void* module) {
    Guard guard(lock);
    if (int error = usable()) {
        return error;
    }
    Module* found = find<Module>(module);
    if (found == nullptr) {
        return INVALID_HANDLE;
    }
    dlclose(found->library);
    return destroy<Module>(module);
}

API cuModuleGetFunction(void** function, void* module, const char* name) {
    Guard guard(lock);
    if (int error = usable()) {
        return error;
    }
    Module* found = find<Module>(module);
    if (found == nullptr) {
        return INVALID_HANDLE;
    }
    auto named = found->functions.find(name);
    if (named == found->functions.end()) {
        return NOT_FOUND;
    }
    *function = &named->second;
    return SUCCESS;
}

API cuFuncSetAttribute(void* function, int attribute, int value) {
    Guard guard(lock);
    if (int error = usable()) {
        return error;
    }
    Function* found = function_of(function);
    if (found == nullptr) {
        return INVALID_HANDLE;
    }
    constexpr int MAX_DYNAMIC_SHARED_SIZE_BYTES = 8;
    if (attribute != MAX_DYNAMIC_SHARED_SIZE_BYTES || value < 0 || static_cast<size_t>(value) > current->shared_memory) {
        return INVALID_VALUE;
    }
    found->dynamic_shared = static_cast<size_t>(value);
    return SUCCESS;
}

API cuLaunchKernel(void* function, unsigned grid_x, unsigned grid_y, unsigned grid_z, unsigned block_x, unsigned block_y,
        unsigned block_z, unsigned shared, void* stream, void** parameters, void** extra) {
    Guard guard(lock);
    if (int error = usable()) {
        return error;
    }
    Function* found = function_of(function);
    if (found == nullptr || !is_stream(stream)) {
        return INVALID_HANDLE;
    }
    simt::Index grid{grid_x, grid_y, grid_z}, block{block_x, block_y, block_z};
    if (int error = extra != nullptr ? INVALID_VALUE : check(*found, grid, block, shared, parameters)) {
        return error;
    }
    std::string message;
    int result = run(*found->kernel, parameters, grid, block, shared, message);
    const void* beyond = overrun();
    if (result == SUCCESS && beyond != nullptr) {
        result = ILLEGAL_ADDRESS;
        message = std::string(found->kernel->name) + " wrote beyond an allocation";
    }
    if (result != SUCCESS) {
        fprintf(stderr, "emulated CUDA: %s\n", message.c_str());
    }
    return result;
}

struct Named {
    int code;
    const char *name, *text;
};

static const Named NAMES[] = {
    {SUCCESS, "CUDA_SUCCESS", "no error"},
    {INVALID_VALUE, "CUDA_ERROR_INVALID_VALUE", "invalid argument"},
    {OUT_OF_MEMORY, "CUDA_ERROR_OUT_OF_MEMORY", "out of memory"},
    {NOT_INITIALIZED, "CUDA_ERROR_NOT_INITIALIZED", "initialization error"},
    {NO_DEVICE, "CUDA_ERROR_NO_DEVICE", "no CUDA-capable device is detected"},
    {INVALID_DEVICE, "CUDA_ERROR_INVALID_DEVICE", "invalid device ordinal"},
    {INVALID_IMAGE, "CUDA_ERROR_INVALID_IMAGE", "device kernel image is invalid"},
    {INVALID_CONTEXT, "CUDA_ERROR_INVALID_CONTEXT", "invalid device context"},
    {NO_BINARY_FOR_GPU, "CUDA_ERROR_NO_BINARY_FOR_GPU", "no kernel image is available for execution on the device"},
    {INVALID_HANDLE, "CUDA_ERROR_INVALID_HANDLE", "invalid resource handle"},
    {NOT_FOUND, "CUDA_ERROR_NOT_FOUND", "named symbol not found"},
    {ILLEGAL_ADDRESS, "CUDA_ERROR_ILLEGAL_ADDRESS", "an illegal memory access was encountered"},
    {CONTEXT_IS_DESTROYED, "CUDA_ERROR_CONTEXT_IS_DESTROYED", "context is destroyed"},
    {MISALIGNED_ADDRESS, "CUDA_ERROR_MISALIGNED_ADDRESS", "misaligned address"},
    {LAUNCH_FAILED, "CUDA_ERROR_LAUNCH_FAILED", "unspecified launch failure"},
};

static int describe(int code, const char** text, const char* Named::*what) {
    *text = nullptr;
    for (const Named& named : NAMES) {
        if (named.code == code) {
            *text = named.*what;
            return SUCCESS;
        }
    }
    return INVALID_VALUE;
}

API cuGetErrorName(int code, const char** text) { return describe(code, text, &Named::name); }

API cuGetErrorString(int code, const char** text) { return describe(code, text, &Named::text); }
