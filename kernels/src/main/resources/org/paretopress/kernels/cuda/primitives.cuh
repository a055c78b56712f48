// What the kernels need and plain C++ has no words for: numbers of 16 bits, exchange within a warp, asynchronous copies, tensor
// cores. Everything that is specific to the device stands here and nowhere else, so that the kernels can also run where there is none,
// over another version of this file.
//
// OPERAND says what products read: 0 is float, 1 bfloat16, 2 float16. Tensor cores and asynchronous copies need compute capability
// 8.0, and are there for 16 bits alone. Instructions: PTX ISA, "cp.async", "ldmatrix", "mma.m16n8k16", "cvt".

#define DYNAMIC_SHARED(type, name)                                  \
    extern __shared__ __align__(16) unsigned char dynamicShared[]; \
    type* name = reinterpret_cast<type*>(dynamicShared)

#define DEVICE static __device__ __forceinline__

#ifndef INFINITY
#define INFINITY __int_as_float(0x7f800000)
#endif

DEVICE float half_to_float(unsigned short bits) {
    float value;
    asm("cvt.f32.f16 %0, %1;" : "=f"(value) : "h"(bits));
    return value;
}

#if OPERAND == 0
typedef float operand;

DEVICE float widen(operand value) { return value; }

DEVICE operand narrow(float value) { return value; }
#else
struct __align__(2) operand {
    unsigned short bits;
};

#if OPERAND == 1
DEVICE float widen(operand value) { return __int_as_float(static_cast<int>(value.bits) << 16); }

DEVICE operand narrow(float value) {
    operand narrowed;
    asm("cvt.rn.bf16.f32 %0, %1;" : "=h"(narrowed.bits) : "f"(value));
    return narrowed;
}
#else
DEVICE float widen(operand value) { return half_to_float(value.bits); }

DEVICE operand narrow(float value) {
    operand narrowed;
    asm("cvt.rn.f16.f32 %0, %1;" : "=h"(narrowed.bits) : "f"(value));
    return narrowed;
}
#endif
#endif

/// 2^x, to two units in the last place or so.
DEVICE float fast_exp2(float x) {
    float value;
    asm("ex2.approx.ftz.f32 %0, %1;" : "=f"(value) : "f"(x));
    return value;
}

/// A product of 64 bits in one instruction, which the compiler misses where it knows a sign or needs a factor of 64 bits elsewhere.
DEVICE long times(int a, int b) {
    long product;
    asm("mul.wide.s32 %0, %1, %2;" : "=l"(product) : "r"(a), "r"(b));
    return product;
}

/// n - zero for 0 ≤ n, zero < 2^22: the bits of n below those of 2^23 are the float 2^23 + n, so that this needs no conversion of n.
DEVICE float difference(int n, int zero) { return __fsub_rn(__int_as_float(0x4b000000 | n), static_cast<float>((1 << 23) + zero)); }

/// The same of byte k of four.
DEVICE float byte_difference(int four, int k, int zero) {
    int shifted = __byte_perm(four, 0x4b000000, 0x7440 | k);
    return __fsub_rn(__int_as_float(shifted), static_cast<float>((1 << 23) + zero));
}

/// How many bits are set.
DEVICE int ones(unsigned long long bits) { return __popcll(bits); }

// ---- Within a warp: all of its threads call together. ----

DEVICE int lane() { return threadIdx.x % 32; }

DEVICE float shuffle(float value, int from) { return __shfl_sync(0xffffffffu, value, from); }

DEVICE float shuffle_xor(float value, int mask) { return __shfl_xor_sync(0xffffffffu, value, mask); }

DEVICE double shuffle_xor(double value, int mask) { return __shfl_xor_sync(0xffffffffu, value, mask); }

#if OPERAND != 0

/// Two operands in a word, the first in its lower half.
DEVICE unsigned pack(float low, float high) {
    unsigned word;
#if OPERAND == 1
    asm("cvt.rn.bf16x2.f32 %0, %1, %2;" : "=r"(word) : "f"(high), "f"(low));
#else
    asm("cvt.rn.f16x2.f32 %0, %1, %2;" : "=r"(word) : "f"(high), "f"(low));
#endif
    return word;
}

DEVICE unsigned shared_address(const void* shared) { return static_cast<unsigned>(__cvta_generic_to_shared(shared)); }

// ---- Copies of 16 bytes, aligned to as many, that go on while the thread does. ----

/// Zeros instead where the source is not valid; then it is not read.
DEVICE void copy16_async_or_zero(void* shared, const void* global, bool valid) {
    int bytes = valid ? 16 : 0;
    asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" ::"r"(shared_address(shared)), "l"(global), "r"(bytes)
                 : "memory");
}

DEVICE void commit_copies() { asm volatile("cp.async.commit_group;" ::: "memory"); }

/// Waits for all but the N latest groups of copies of this thread.
template <int N>
DEVICE void wait_copies() {
    asm volatile("cp.async.wait_group %0;" ::"n"(N) : "memory");
}

// ---- Tensor cores. g = lane / 4, t = lane % 4. ----

/// Four 8 × 8 matrices of operands; lane l gives the address of row l % 8 of matrix l / 8, and receives of each matrix the elements
/// (g, 2t) and (g, 2t + 1).
DEVICE void load_matrices(unsigned r[4], const void* row) {
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0, %1, %2, %3}, [%4];"
                 : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3])
                 : "r"(shared_address(row))
                 : "memory");
}

/// The same, but receives (2t, g) and (2t + 1, g).
DEVICE void load_matrices_transposed(unsigned r[4], const void* row) {
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%0, %1, %2, %3}, [%4];"
                 : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3])
                 : "r"(shared_address(row))
                 : "memory");
}

/// c += a·b. a is 16 × 16: words (g, 2t), (g + 8, 2t), (g, 2t + 8), (g + 8, 2t + 8), each with its right neighbour; b is 16 × 8: words
/// (2t, g), (2t + 8, g), each with the one below; c is 16 × 8: (g, 2t), (g, 2t + 1), (g + 8, 2t), (g + 8, 2t + 1).
DEVICE void multiply_add(float c[4], const unsigned a[4], unsigned b0, unsigned b1) {
#if OPERAND == 1
    asm volatile("mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 "
#else
    asm volatile("mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 "
#endif
        "{%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
        : "+f"(c[0]), "+f"(c[1]), "+f"(c[2]), "+f"(c[3])
        : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b0), "r"(b1));
}

#endif
