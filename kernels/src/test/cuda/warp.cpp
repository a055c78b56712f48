// Collectives of a warp. Layouts are those of the PTX ISA 9.0, sections 9.7.14.5.8 "Matrix Fragments for mma.m16n8k16 with
// floating point type" and 9.7.14.5.15 "Warp-level matrix load instruction: ldmatrix".

#include <cstring>

#include "emulator.h"

namespace emulator {

namespace {

constexpr int LANES = 32;

void shuffle(void* const* arguments) {
    uint64_t values[LANES];
    for (int lane = 0; lane < LANES; lane++) {
        values[lane] = static_cast<simt::Shuffle*>(arguments[lane])->value;
    }
    for (int lane = 0; lane < LANES; lane++) {
        auto* argument = static_cast<simt::Shuffle*>(arguments[lane]);
        argument->value = values[argument->source & (LANES - 1)];
    }
}

// Lanes 8 m to 8 m + 7 give the rows of matrix m; register m of a lane gets elements 2 (lane % 4) and the next of row lane / 4.
void load_matrices(void* const* arguments, bool transposed) {
    uint16_t matrices[4][8][8];
    for (int lane = 0; lane < LANES; lane++) {
        const void* row = static_cast<simt::LoadMatrices*>(arguments[lane])->row;
        if (reinterpret_cast<uintptr_t>(row) % 16 != 0) {
            fail(MISALIGNED_ADDRESS, "a row of load_matrices does not start at a multiple of 16 bytes");
        }
        memcpy(matrices[lane / 8][lane % 8], row, 16);
    }
    for (int lane = 0; lane < LANES; lane++) {
        unsigned* registers = static_cast<simt::LoadMatrices*>(arguments[lane])->registers;
        int line = lane / 4, first = lane % 4 * 2;
        for (int m = 0; m < 4; m++) {
            unsigned low = transposed ? matrices[m][first][line] : matrices[m][line][first];
            unsigned high = transposed ? matrices[m][first + 1][line] : matrices[m][line][first + 1];
            registers[m] = low | high << 16;
        }
    }
}

template <float (*Widen)(uint16_t)> void multiply_add(void* const* arguments) {
    float a[16][16], b[16][8], c[16][8];
    for (int lane = 0; lane < LANES; lane++) {
        const auto* argument = static_cast<simt::MultiplyAdd*>(arguments[lane]);
        int group = lane / 4, first = lane % 4 * 2;
        for (int i = 0; i < 8; i++) {
            int row = i % 4 < 2 ? group : group + 8, column = first + i % 2 + (i < 4 ? 0 : 8);
            a[row][column] = Widen(static_cast<uint16_t>(argument->a[i / 2] >> i % 2 * 16));
        }
        for (int i = 0; i < 4; i++) {
            unsigned word = i < 2 ? argument->b0 : argument->b1;
            b[first + i % 2 + (i < 2 ? 0 : 8)][group] = Widen(static_cast<uint16_t>(word >> i % 2 * 16));
            c[i < 2 ? group : group + 8][first + i % 2] = argument->c[i];
        }
    }
    for (int row = 0; row < 16; row++) {
        for (int k = 0; k < 16; k++) {
            for (int column = 0; column < 8; column++) {
                c[row][column] += a[row][k] * b[k][column];
            }
        }
    }
    for (int lane = 0; lane < LANES; lane++) {
        const auto* argument = static_cast<simt::MultiplyAdd*>(arguments[lane]);
        for (int i = 0; i < 4; i++) {
            argument->c[i] = c[i < 2 ? lane / 4 : lane / 4 + 8][lane % 4 * 2 + i % 2];
        }
    }
}

} // namespace

void collect(simt::Collective collective, void* const* arguments) {
    switch (collective) {
    case simt::SHUFFLE:
        return shuffle(arguments);
    case simt::SYNC_WARP:
        return;
    case simt::LOAD_MATRICES:
    case simt::LOAD_MATRICES_TRANSPOSED:
        return load_matrices(arguments, collective == simt::LOAD_MATRICES_TRANSPOSED);
    case simt::MULTIPLY_ADD_BFLOAT16:
        return multiply_add<float_of_bfloat16>(arguments);
    case simt::MULTIPLY_ADD_FLOAT16:
        return multiply_add<float_of_float16>(arguments);
    }
}

} // namespace emulator
