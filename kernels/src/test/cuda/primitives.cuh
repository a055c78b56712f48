// The emulation's side of primitives.cuh: what kernels may use beyond plain C, for threads that are fibers of one CPU thread.
// The compiler of the emulator puts it in place of the header of the same name that speaks PTX.
#pragma once

#include <cmath>
#include <cstring>
#include <type_traits>
#include <utility>

#include "simt.h"

namespace simt {
static Machine* machine;
} // namespace simt

// Words of CUDA C. A block runs alone, so what it shares may be static. nvrtc.cpp finds kernels by the attributes of __global__.
#define __global__ __attribute__((noinline, used))
#define __device__
#define __host__
#define __constant__ static
#define __shared__ static
#define __forceinline__ inline __attribute__((always_inline))
#define __noinline__ __attribute__((noinline))
#define __launch_bounds__(...)
#define __align__(bytes) __attribute__((aligned(bytes)))
#define DEVICE static __device__ __forceinline__
#define DYNAMIC_SHARED(type, name) type* name = reinterpret_cast<type*>(simt::machine->dynamic_shared)

using uint3 = simt::Index;
using dim3 = simt::Index;
#define threadIdx (simt::machine->current->index)
#define blockIdx (simt::machine->block)
#define blockDim (simt::machine->block_size)
#define gridDim (simt::machine->grid_size)
constexpr int warpSize = 32;

struct __align__(8) uint2 {
    unsigned x, y;
};
struct __align__(16) uint4 {
    unsigned x, y, z, w;
};
struct __align__(8) float2 {
    float x, y;
};
struct __align__(16) float4 {
    float x, y, z, w;
};
inline uint2 make_uint2(unsigned x, unsigned y) { return {x, y}; }
inline uint4 make_uint4(unsigned x, unsigned y, unsigned z, unsigned w) { return {x, y, z, w}; }
inline float2 make_float2(float x, float y) { return {x, y}; }
inline float4 make_float4(float x, float y, float z, float w) { return {x, y, z, w}; }

// Functions that are built into CUDA C. Kernels are compiled without contraction, so a product is rounded before it is added.
inline float rsqrtf(float x) { return 1.0f / sqrtf(x); }
inline float __fmul_rn(float a, float b) { return a * b; }
inline float __fadd_rn(float a, float b) { return a + b; }
inline float __fsub_rn(float a, float b) { return a - b; }
inline float __fdiv_rn(float a, float b) { return a / b; }
inline float __fmaf_rn(float a, float b, float c) { return fmaf(a, b, c); }
using std::isfinite;
using std::isinf;
using std::isnan;

namespace simt {
template <typename To, typename From> inline To bits_as(From from) {
    static_assert(sizeof(To) == sizeof(From));
    To to;
    memcpy(&to, &from, sizeof to);
    return to;
}
} // namespace simt

inline float __int_as_float(int bits) { return simt::bits_as<float>(bits); }
inline float __uint_as_float(unsigned bits) { return simt::bits_as<float>(bits); }
inline int __float_as_int(float value) { return simt::bits_as<int>(value); }
inline unsigned __float_as_uint(float value) { return simt::bits_as<unsigned>(value); }

#define SIMT_MIN_MAX(type)                                                                                                       \
    inline type min(type a, type b) { return b < a ? b : a; }                                                                    \
    inline type max(type a, type b) { return a < b ? b : a; }
SIMT_MIN_MAX(int)
SIMT_MIN_MAX(unsigned)
SIMT_MIN_MAX(long)
SIMT_MIN_MAX(unsigned long)
SIMT_MIN_MAX(long long)
SIMT_MIN_MAX(unsigned long long)
#undef SIMT_MIN_MAX
// The one that is a number where the other is none, as the device's.
inline float min(float a, float b) { return fminf(a, b); }
inline float max(float a, float b) { return fmaxf(a, b); }
inline double min(double a, double b) { return fmin(a, b); }
inline double max(double a, double b) { return fmax(a, b); }

inline void __syncthreads() { simt::machine->block_barrier(); }
inline void __syncwarp() { simt::machine->warp_collective(simt::SYNC_WARP, nullptr); }

inline int lane() { return threadIdx.x % 32; }
inline int ones(unsigned long long bits) { return __builtin_popcountll(bits); }
inline long times(int a, int b) { return static_cast<long>(a) * b; }
inline float difference(int n, int zero) { return static_cast<float>(n - zero); }
inline float byte_difference(int four, int k, int zero) { return difference(four >> 8 * k & 255, zero); }
inline float fast_exp2(float x) { return exp2f(x); }

// IEEE 754 binary16 to binary32, exact.
inline float half_to_float(unsigned short bits) {
    unsigned sign = (bits & 0x8000u) << 16, exponent = bits >> 10 & 31, fraction = bits & 0x3ffu;
    if (exponent == 31) {
        return __uint_as_float(sign | 0x7f800000u | fraction << 13);
    }
    if (exponent == 0) {
        float magnitude = static_cast<float>(fraction) * 0x1p-24f;
        return sign ? -magnitude : magnitude;
    }
    return __uint_as_float(sign | (exponent + 112) << 23 | fraction << 13);
}

#if OPERAND == 0

using operand = float;
inline float widen(operand value) { return value; }
inline operand narrow(float value) { return value; }

#elif OPERAND == 1 || OPERAND == 2

struct operand {
    unsigned short bits;
};

#if OPERAND == 1

inline float widen(operand value) { return __uint_as_float(static_cast<unsigned>(value.bits) << 16); }

// To the nearest bfloat16, ties to even; no number becomes 0x7fff.
inline operand narrow(float value) {
    unsigned bits = __float_as_uint(value);
    if ((bits & 0x7fffffffu) > 0x7f800000u) {
        return {0x7fff};
    }
    return {static_cast<unsigned short>((bits + 0x7fffu + (bits >> 16 & 1)) >> 16)};
}

#else

inline float widen(operand value) { return half_to_float(value.bits); }

// To the nearest float16, ties to even; 65520 and more become infinite, no number becomes 0x7fff.
inline operand narrow(float value) {
    unsigned bits = __float_as_uint(value), sign = bits >> 16 & 0x8000u, magnitude = bits & 0x7fffffffu;
    if (magnitude > 0x7f800000u) {
        return {0x7fff};
    }
    if (magnitude >= 0x477ff000u) {
        return {static_cast<unsigned short>(sign | 0x7c00u)};
    }
    if (magnitude < 0x38800000u) { // below 2^-14, where steps are 2^-24; the sum with 2^-1 rounds to such
        float shifted = __uint_as_float(magnitude) + 0.5f;
        return {static_cast<unsigned short>(sign | (__float_as_uint(shifted) - 0x3f000000u))};
    }
    unsigned rounded = magnitude + 0xfffu + (magnitude >> 13 & 1);
    return {static_cast<unsigned short>(sign | (rounded - 0x38000000u) >> 13)};
}

#endif

// Two operands in a word, the first in its low half.
inline unsigned pack(float low, float high) { return narrow(low).bits | static_cast<unsigned>(narrow(high).bits) << 16; }

// mma.sync.aligned.m16n8k16.row.col.f32: warp.cpp says where the fragments lie.
inline void multiply_add(float c[4], const unsigned a[4], unsigned b0, unsigned b1) {
    simt::MultiplyAdd argument{c, a, b0, b1};
    simt::machine->warp_collective(OPERAND == 1 ? simt::MULTIPLY_ADD_BFLOAT16 : simt::MULTIPLY_ADD_FLOAT16, &argument);
}

#else
#error OPERAND must be 0 (float), 1 (bfloat16) or 2 (float16)
#endif

// The value of another lane; all 32 lanes must call.
inline double shuffle(double value, int lane) {
    simt::Shuffle argument{simt::bits_as<uint64_t>(value), lane};
    simt::machine->warp_collective(simt::SHUFFLE, &argument);
    return simt::bits_as<double>(argument.value);
}
inline int shuffle(int value, int lane) {
    simt::Shuffle argument{static_cast<unsigned>(value), lane};
    simt::machine->warp_collective(simt::SHUFFLE, &argument);
    return static_cast<int>(argument.value);
}
inline float shuffle(float value, int lane) { return __int_as_float(shuffle(__float_as_int(value), lane)); }
inline float shuffle_xor(float value, int mask) { return shuffle(value, lane() ^ mask); }
inline double shuffle_xor(double value, int mask) { return shuffle(value, lane() ^ mask); }
inline int shuffle_xor(int value, int mask) { return shuffle(value, lane() ^ mask); }

// cp.async of 16 bytes: done when they are waited for, not before.
inline void copy16_async(void* shared, const void* global) { simt::machine->copy16(shared, global, true); }
inline void copy16_async_or_zero(void* shared, const void* global, bool valid) { simt::machine->copy16(shared, global, valid); }
inline void commit_copies() { simt::machine->commit(); }
template <int N> inline void wait_copies() { simt::machine->wait(N); }

// ldmatrix.sync.aligned.m8n8.x4.shared.b16: warp.cpp says who gives what and gets what.
inline void load_matrices(unsigned r[4], const void* shared_row) {
    simt::LoadMatrices argument{shared_row, r};
    simt::machine->warp_collective(simt::LOAD_MATRICES, &argument);
}
inline void load_matrices_transposed(unsigned r[4], const void* shared_row) {
    simt::LoadMatrices argument{shared_row, r};
    simt::machine->warp_collective(simt::LOAD_MATRICES_TRANSPOSED, &argument);
}

namespace simt {

// Calls a kernel with the arguments that lie where a launch says, each thread with copies of its own.
template <auto Function> struct Entry;

template <typename... Parameters, void (*Function)(Parameters...)> struct Entry<Function> {
    static constexpr size_t COUNT = sizeof...(Parameters);
    static constexpr bool IS_POINTER[] = {std::is_pointer_v<Parameters>..., false};

    template <size_t... I> static void call(void** parameters, std::index_sequence<I...>) {
        Function(*static_cast<std::remove_cv_t<Parameters>*>(parameters[I])...);
    }
    static void run(void** parameters) { call(parameters, std::index_sequence_for<Parameters...>{}); }
};

} // namespace simt
