// Levels in GGML block formats, as the tables of GgmlType and ScaleLayout have them: eight weights a call, see levels.cuh, whose accessors
// this text keeps to. Rows are whole blocks, and eight neighbours share a run of each plane and all scales. a, b, c: nothing. No index.

/** Byte at which a block starts; block counts within its row. */
DEVICE long block_start(int row, int blocks_per_row, int block, int bytes_per_block) {
    return (times(row, blocks_per_row) + block) * bytes_per_block;
}

/** Four bytes, the first lowest, at a multiple of four or two. */
DEVICE int four_bytes(BYTES payload, long position, int aligned) {
    return aligned == 4 ? i32(payload, position) : u16(payload, position) | u16(payload, position + 2) << 16;
}

/**
 * Of the weights i + k to i + k + 3 of a block, one a byte, the bits that a BitPlane holds of them. The plane lies at a multiple of four or
 * two; i is a multiple of eight, k is 0 or 4.
 */
DEVICE int plane(BYTES payload, long start, int aligned, int bits, int run, int i, int k) {
    int weights_per_run = run * 8 / bits;
    int offset = i / weights_per_run * run + i % run;
    int shift = i % weights_per_run / run * bits;
    return (four_bytes(payload, start + offset + k, aligned) >> shift) & (((1 << bits) - 1) * 0x01010101);
}

/** The same of a plane of single bits in runs of one byte, of which these are bits `first` to `first` + 3. */
DEVICE int spread(int packed, int first) {
    return (((packed >> first) & 15) * 0x00204081) & 0x01010101;
}

/** Weights from weight `first` of the eight on: step * (code - zero_point). */
DEVICE void put_about(FLOATS out, int first, int codes, float step, int zero_point) {
    for (int k = 0; k < 4; k++) {
        put(out, first + k, multiply(step, byte_difference(codes, k, zero_point)));
    }
}

/** Weights from weight `first` of the eight on: step * code - minimum. */
DEVICE void put_above(FLOATS out, int first, int codes, float step, float minimum) {
    for (int k = 0; k < 4; k++) {
        put(out, first + k, multiply_subtract(step, byte_difference(codes, k, 0), minimum));
    }
}

DEVICE void q4_0_eight(
        BYTES payload, INTS index, int row, int column, int rows, int columns, int a, int b, int c, FLOATS out) {
    long start = block_start(row, columns >> 5, column >> 5, 18);
    float step = f16(payload, start);
    for (int k = 0; k < 8; k += 4) {
        put_about(out, k, plane(payload, start + 2, 2, 4, 16, column & 31, k), step, 8);
    }
}

DEVICE void q5_0_eight(
        BYTES payload, INTS index, int row, int column, int rows, int columns, int a, int b, int c, FLOATS out) {
    long start = block_start(row, columns >> 5, column >> 5, 22);
    int i = column & 31;
    float step = f16(payload, start);
    int high = u8(payload, start + 2 + (i >> 3));
    for (int k = 0; k < 8; k += 4) {
        put_about(out, k, plane(payload, start + 6, 2, 4, 16, i, k) | spread(high, k) << 4, step, 16);
    }
}

DEVICE void q5_1_eight(
        BYTES payload, INTS index, int row, int column, int rows, int columns, int a, int b, int c, FLOATS out) {
    long start = block_start(row, columns >> 5, column >> 5, 24);
    int i = column & 31;
    float step = f16(payload, start);
    float minimum = -f16(payload, start + 2);
    int high = u8(payload, start + 4 + (i >> 3));
    for (int k = 0; k < 8; k += 4) {
        put_above(out, k, plane(payload, start + 8, 4, 4, 16, i, k) | spread(high, k) << 4, step, minimum);
    }
}

DEVICE void q8_0_eight(
        BYTES payload, INTS index, int row, int column, int rows, int columns, int a, int b, int c, FLOATS out) {
    long start = block_start(row, columns >> 5, column >> 5, 34);
    float step = f16(payload, start);
    for (int k = 0; k < 8; k += 4) {
        int above_128 = four_bytes(payload, start + 2 + (column & 31) + k, 2) ^ 0x80808080;
        put_about(out, k, above_128, step, 128);
    }
}

DEVICE void q2_k_eight(
        BYTES payload, INTS index, int row, int column, int rows, int columns, int a, int b, int c, FLOATS out) {
    long start = block_start(row, columns >> 8, column >> 8, 84);
    int i = column & 255;
    int scales = u8(payload, start + (i >> 4));
    float step = multiply(f16(payload, start + 80), (float) (scales & 15));
    float minimum = multiply(f16(payload, start + 82), (float) (scales >> 4));
    for (int k = 0; k < 8; k += 4) {
        put_above(out, k, plane(payload, start + 16, 4, 2, 32, i, k), step, minimum);
    }
}

DEVICE void q3_k_eight(
        BYTES payload, INTS index, int row, int column, int rows, int columns, int a, int b, int c, FLOATS out) {
    long start = block_start(row, columns >> 8, column >> 8, 110);
    int i = column & 255;
    int j = i >> 4;
    int low = (u8(payload, start + 96 + (j & 7)) >> (4 * (j >> 3))) & 15;
    int high = (u8(payload, start + 104 + (j & 3)) >> (2 * (j >> 2))) & 3;
    float step = multiply(f16(payload, start + 108), (float) ((low | high << 4) - 32));
    for (int k = 0; k < 8; k += 4) {
        int codes = plane(payload, start + 32, 2, 2, 32, i, k) | plane(payload, start, 2, 1, 32, i, k) << 2;
        put_about(out, k, codes, step, 4);
    }
}

/**
 * Of Q4_K and Q5_K: the weights i to i + 7 of the block, whose codes lack bit 4, or have it in another plane where `high` is 16.
 * Scale and minimum of sub-block j have six bits, of which those of the last four are split.
 */
DEVICE void eight_on_six_bits(BYTES payload, long start, int i, int high, FLOATS out) {
    int j = i >> 5;
    int first = u8(payload, start + j);
    int second = u8(payload, start + 4 + j);
    int third = u8(payload, start + 8 + j);
    int scale = j < 4 ? second & 63 : (third & 15) | first >> 6 << 4;
    int offset = j < 4 ? third & 63 : third >> 4 | second >> 6 << 4;
    float step = multiply(f16(payload, start), (float) scale);
    float minimum = multiply(f16(payload, start + 2), (float) offset);
    for (int k = 0; k < 8; k += 4) {
        int codes = plane(payload, start + 16 + 2 * high, 4, 4, 32, i, k);
        put_above(out, k, high == 0 ? codes : codes | plane(payload, start + 16, 4, 1, 32, i, k) << 4, step, minimum);
    }
}

DEVICE void q4_k_eight(
        BYTES payload, INTS index, int row, int column, int rows, int columns, int a, int b, int c, FLOATS out) {
    eight_on_six_bits(payload, block_start(row, columns >> 8, column >> 8, 144), column & 255, 0, out);
}

DEVICE void q5_k_eight(
        BYTES payload, INTS index, int row, int column, int rows, int columns, int a, int b, int c, FLOATS out) {
    eight_on_six_bits(payload, block_start(row, columns >> 8, column >> 8, 176), column & 255, 16, out);
}

DEVICE void q6_k_eight(
        BYTES payload, INTS index, int row, int column, int rows, int columns, int a, int b, int c, FLOATS out) {
    long start = block_start(row, columns >> 8, column >> 8, 210);
    int i = column & 255;
    float step = multiply(f16(payload, start + 208), (float) i8(payload, start + 192 + (i >> 4)));
    for (int k = 0; k < 8; k += 4) {
        int codes = plane(payload, start, 2, 4, 64, i, k) | plane(payload, start + 128, 2, 2, 32, i, k) << 4;
        put_about(out, k, codes, step, 32);
    }
}
