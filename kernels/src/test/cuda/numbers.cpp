// Numbers of 16 bits, as the products see them. Kernels have conversions of their own in primitives.cuh.

#include "emulator.h"

namespace emulator {

float float_of_bfloat16(uint16_t bits) {
    uint32_t wide = static_cast<uint32_t>(bits) << 16;
    float value;
    memcpy(&value, &wide, sizeof value);
    return value;
}

uint16_t bfloat16_of(float value) {
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    if ((bits & 0x7fffffff) > 0x7f800000) {
        return 0x7fff;
    }
    return static_cast<uint16_t>((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

// Without branches, so that it is done for many at once: a finite number's exponent is mended by a product with 2^112.
float float_of_float16(uint16_t bits) {
    uint32_t magnitude = static_cast<uint32_t>(bits & 0x7fff) << 13, sign = static_cast<uint32_t>(bits & 0x8000) << 16;
    float scaled;
    memcpy(&scaled, &magnitude, sizeof scaled);
    scaled *= 0x1p112f;
    uint32_t finite, infinite = magnitude | 0x7f800000;
    memcpy(&finite, &scaled, sizeof finite);
    uint32_t wide = sign | (magnitude >= 0x0f800000 ? infinite : finite);
    float value;
    memcpy(&value, &wide, sizeof value);
    return value;
}

uint16_t float16_of(float value) {
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    uint32_t sign = bits >> 16 & 0x8000, magnitude = bits & 0x7fffffff;
    if (magnitude > 0x7f800000) {
        return 0x7fff;
    }
    if (magnitude >= 0x477ff000) { // 65520 and more
        return static_cast<uint16_t>(sign | 0x7c00);
    }
    if (magnitude < 0x38800000) { // below 2^-14 numbers lie 2^-24 apart, as above 2^-1 those of float do
        float shifted;
        memcpy(&shifted, &magnitude, sizeof shifted);
        shifted += 0.5f;
        memcpy(&magnitude, &shifted, sizeof magnitude);
        return static_cast<uint16_t>(sign | (magnitude - 0x3f000000));
    }
    return static_cast<uint16_t>(sign | (magnitude + 0xfff + (magnitude >> 13 & 1) - 0x38000000) >> 13);
}

} // namespace emulator
