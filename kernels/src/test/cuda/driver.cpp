// libcuda, first part: devices and contexts. Signatures and results are those of cuda.h (CUDA 13.0).

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <new>

#include "emulator.h"

namespace emulator {

std::mutex lock;
std::vector<Device> devices;
thread_local Device* current;

namespace {

bool initialized;

std::string setting(const char* name, const char* otherwise) {
    const char* value = getenv(name);
    return value == nullptr ? otherwise : value;
}

Device* device_of(int ordinal) {
    return ordinal < 0 || static_cast<size_t>(ordinal) >= devices.size() ? nullptr : &devices[static_cast<size_t>(ordinal)];
}

// Asks a device something that needs no context.
template <typename Answer> int ask(int ordinal, Answer answer) {
    std::lock_guard<std::mutex> guard(lock);
    if (!initialized) {
        return NOT_INITIALIZED;
    }
    Device* device = device_of(ordinal);
    return device == nullptr ? INVALID_DEVICE : answer(*device);
}

} // namespace

int usable() {
    if (!initialized) {
        return NOT_INITIALIZED;
    }
    if (current == nullptr) {
        return INVALID_CONTEXT;
    }
    return current->retained == 0 ? CONTEXT_IS_DESTROYED : SUCCESS;
}

} // namespace emulator

using namespace emulator;

// Reads the properties of the devices anew unless a context lives.
API cuInit(unsigned flags) {
    std::lock_guard<std::mutex> guard(lock);
    if (flags != 0) {
        return INVALID_VALUE;
    }
    auto is_live = [](const Device& device) { return device.retained > 0; };
    if (std::any_of(devices.begin(), devices.end(), is_live)) {
        return SUCCESS;
    }
    Device device{};
    device.name = setting("EMULATED_CUDA_NAME", "Emulated GPU");
    sscanf(setting("EMULATED_CUDA_CAPABILITY", "8.0").c_str(), "%d.%d", &device.major, &device.minor);
    device.multiprocessors = std::stoi(setting("EMULATED_CUDA_MULTIPROCESSORS", "4"));
    device.shared_memory = std::stoul(setting("EMULATED_CUDA_SHARED_MEMORY", "232448"));
    device.memory = std::stoul(setting("EMULATED_CUDA_MEMORY", "2147483648"));
    // A thread may still hold a context that ended, so devices stay where they are.
    static const int most = 16;
    devices.reserve(most);
    devices.assign(static_cast<size_t>(std::min(most, std::stoi(setting("EMULATED_CUDA_DEVICES", "1")))), device);
    initialized = !devices.empty();
    return initialized ? SUCCESS : NO_DEVICE;
}

API cuDriverGetVersion(int* version) {
    if (version == nullptr) {
        return INVALID_VALUE;
    }
    *version = std::stoi(setting("EMULATED_CUDA_DRIVER", "13000"));
    return SUCCESS;
}

API cuDeviceGetCount(int* count) {
    std::lock_guard<std::mutex> guard(lock);
    if (!initialized) {
        return NOT_INITIALIZED;
    }
    *count = static_cast<int>(devices.size());
    return SUCCESS;
}

API cuDeviceGet(int* device, int ordinal) {
    return ask(ordinal, [&](Device&) {
        *device = ordinal;
        return SUCCESS;
    });
}

API cuDeviceGetName(char* name, int length, int ordinal) {
    return ask(ordinal, [&](Device& device) {
        if (length <= 0) {
            return INVALID_VALUE;
        }
        snprintf(name, static_cast<size_t>(length), "%s", device.name.c_str());
        return SUCCESS;
    });
}

API cuDeviceGetAttribute(int* value, int attribute, int ordinal) {
    return ask(ordinal, [&](Device& device) {
        switch (attribute) { // CUdevice_attribute
        case 16:
            *value = device.multiprocessors;
            return SUCCESS;
        case 75:
            *value = device.major;
            return SUCCESS;
        case 76:
            *value = device.minor;
            return SUCCESS;
        case 97:
            *value = static_cast<int>(device.shared_memory);
            return SUCCESS;
        default:
            return INVALID_VALUE;
        }
    });
}

API cuDevicePrimaryCtxRetain(void** context, int ordinal) {
    return ask(ordinal, [&](Device& device) {
        device.retained++;
        *context = &device;
        return SUCCESS;
    });
}

API cuDevicePrimaryCtxRelease_v2(int ordinal) {
    return ask(ordinal, [&](Device& device) {
        if (device.retained == 0) {
            return INVALID_CONTEXT;
        }
        if (--device.retained == 0) {
            forget(&device);
        }
        return SUCCESS;
    });
}

API cuCtxSetCurrent(void* context) {
    std::lock_guard<std::mutex> guard(lock);
    if (!initialized) {
        return NOT_INITIALIZED;
    }
    auto is_it = [&](const Device& device) { return &device == context && device.retained > 0; };
    if (context != nullptr && std::none_of(devices.begin(), devices.end(), is_it)) {
        return INVALID_CONTEXT;
    }
    current = static_cast<Device*>(context);
    return SUCCESS;
}

API cuCtxSynchronize() {
    std::lock_guard<std::mutex> guard(lock);
    return usable();
}
