// The packed forms of a level, one weight a call: bit for bit the float that PackedMatrix.dequantize of the Java side gives.
//
//   float FORM(BYTES payload, INTS index, int row, int column, int rows, int columns, int a, int b, int c)
//
// payload is what Layout describes, from its first byte. LevelKernel tells the function, a, b, c and index of a matrix;
// what they mean stands at each function. Neighbouring threads should take neighbouring columns: they read the same bytes
// or neighbouring ones. No call loops over a row.
//
// All but the first part is written in what CUDA C and Java have in common, so that the tests of the Java side run this
// very text without a GPU: int, long and float alone; no pointers and no arrays but through the accessors; bit operators
// on numbers that are not negative; conversions by cast. A position in a payload is a long throughout.

// CUDA's part: the words and accessors for which Java has its own. Before it, half_to_float and ones of primitives.cuh.
// {
#define DEVICE static __device__ __forceinline__
#define BYTES const unsigned char*
#define INTS const int*

static_assert(sizeof(long) == 8, "positions in a payload need 64 bits");

/** An unsigned byte. */
DEVICE int u8(BYTES payload, long position) {
    return payload[position];
}

/** A signed byte. */
DEVICE int i8(BYTES payload, long position) {
    return (signed char) payload[position];
}

/** A little-endian binary16 at any position; at an even address it is read at once. */
DEVICE float f16(BYTES payload, long position) {
    BYTES from = payload + position;
    bool even = ((unsigned long long) from & 1) == 0;
    return half_to_float(even ? *(const unsigned short*) from : (unsigned short) (from[0] | from[1] << 8));
}

/** Up to eight bytes as the low bits of a word, the first byte lowest; eight at a multiple of eight are read at once. */
DEVICE long word(BYTES payload, long position, int bytes) {
    BYTES from = payload + position;
    if (bytes == 8 && ((unsigned long long) from & 7) == 0) {
        return *(const long*) from;
    }
    unsigned long long bits = 0;
    for (int i = 0; i < bytes; i++) {
        bits |= (unsigned long long) from[i] << (8 * i);
    }
    return (long) bits;
}

/** A number of the index. */
DEVICE int at(INTS index, long i) {
    return index[i];
}

/** A product that no sum is fused with. */
DEVICE float multiply(float a, float b) {
    return __fmul_rn(a, b);
}

/** A difference that no product is fused with. */
DEVICE float subtract(float a, float b) {
    return __fsub_rn(a, b);
}
// }

/** Bytes that a stream of codes takes. */
DEVICE long stream_bytes(long codes, int bits) {
    return (codes * bits + 7) >> 3;
}

/** Code number i of the stream that starts at a byte, see CodeStream; reads no byte that holds nothing of it. */
DEVICE int code(BYTES payload, long start, long i, int bits) {
    long bit = i * bits;
    long byte_at = start + (bit >> 3);
    int shift = (int) (bit & 7);
    int packed = u8(payload, byte_at);
    if (shift + bits > 8) {
        packed |= u8(payload, byte_at + 1) << 8;
    }
    return (packed >> shift) & ((1 << bits) - 1);
}

/** Uniform grids. a: bits of a code; b: quantization group size; c: 1 where symmetric, else 0. No index. */
DEVICE float uniform_grid(
        BYTES payload, INTS index, int row, int column, int rows, int columns, int a, int b, int c) {
    int groups_per_row = (columns - 1) / b + 1;
    long groups = (long) rows * groups_per_row;
    long group = (long) row * groups_per_row + column / b;
    long scales = stream_bytes((long) rows * columns, a);
    int weight_code = code(payload, 0, (long) row * columns + column, a);
    int zero_point = c == 1 ? 1 << (a - 1) : code(payload, scales + 2 * groups, group, a);
    return multiply(f16(payload, scales + 2 * group), (float) (weight_code - zero_point));
}

/**
 * Of a mask at the start of the payload: how many entries are kept before entry i, or -1 where i itself is pruned.
 * The index holds how many are kept before each 64 entries.
 */
DEVICE int kept_before(BYTES payload, INTS index, long i, long entries) {
    long stretch = i >> 6;
    long left = stream_bytes(entries, 1) - 8 * stretch;
    long mask = word(payload, 8 * stretch, left < 8 ? (int) left : 8);
    int place = (int) (i & 63);
    if (((mask >> place) & 1) == 0) {
        return -1;
    }
    return at(index, stretch) + ones(mask & (0x7FFFFFFFFFFFFFFFL >> (63 - place)));
}

/** Unstructured sparsity. a, b, c: nothing. Index: weights kept before each 64, counted row by row. */
DEVICE float sparse_mask(
        BYTES payload, INTS index, int row, int column, int rows, int columns, int a, int b, int c) {
    long weights = (long) rows * columns;
    int before = kept_before(payload, index, (long) row * columns + column, weights);
    return before < 0 ? 0.0f : f16(payload, stream_bytes(weights, 1) + 2L * before);
}

/** Two of every four. a, b, c: nothing. No index. */
DEVICE float two_of_four(
        BYTES payload, INTS index, int row, int column, int rows, int columns, int a, int b, int c) {
    long four = ((long) row * columns + column) >> 2;
    int place = column & 3;
    int places = code(payload, 0, four, 4);
    if (place != (places & 3) && place != places >> 2) {
        return 0.0f;
    }
    long value = 2 * four + (place == (places & 3) ? 0 : 1);
    return f16(payload, stream_bytes((long) rows * columns, 1) + 2 * value);
}

/**
 * Pruned groups on uniform grids. a: bits of a code; b: quantization group size; c: groups kept in all.
 * Index: groups kept before each 64, counted row by row.
 */
DEVICE float sparse_grid(
        BYTES payload, INTS index, int row, int column, int rows, int columns, int a, int b, int c) {
    int groups_per_row = columns / b;
    int group = column / b;
    long groups = (long) rows * groups_per_row;
    int before = kept_before(payload, index, (long) row * groups_per_row + group, groups);
    if (before < 0) {
        return 0.0f;
    }
    long codes = stream_bytes(groups, 1);
    long scales = codes + stream_bytes((long) c * b, a);
    int weight_code = code(payload, codes, (long) before * b + (column - group * b), a);
    int zero_point = code(payload, scales + 2L * c, before, a);
    return multiply(f16(payload, scales + 2L * before), (float) (weight_code - zero_point));
}

/** A plain binary16 matrix, such as a factor of a product. a: its first byte; b, c: nothing. No index. */
DEVICE float halves(
        BYTES payload, INTS index, int row, int column, int rows, int columns, int a, int b, int c) {
    return f16(payload, a + 2 * ((long) row * columns + column));
}

// GGML block formats, as the tables of GgmlType and ScaleLayout have them. a, b, c: nothing. No index.

/** Byte at which a block starts; block counts within its row. */
DEVICE long block_start(int row, int blocks_per_row, int block, int bytes_per_block) {
    return ((long) row * blocks_per_row + block) * bytes_per_block;
}

/** The bits that a BitPlane holds of weight i of its block. */
DEVICE int plane(BYTES payload, long start, int bits, int run, int i) {
    int weights_per_run = run * 8 / bits;
    int packed = u8(payload, start + i / weights_per_run * run + i % run);
    int shift = i % weights_per_run / run * bits;
    return (packed >> shift) & ((1 << bits) - 1);
}

DEVICE float q4_0(BYTES payload, INTS index, int row, int column, int rows, int columns, int a, int b, int c) {
    long start = block_start(row, columns >> 5, column >> 5, 18);
    int weight_code = plane(payload, start + 2, 4, 16, column & 31);
    return multiply(f16(payload, start), (float) (weight_code - 8));
}

DEVICE float q5_0(BYTES payload, INTS index, int row, int column, int rows, int columns, int a, int b, int c) {
    long start = block_start(row, columns >> 5, column >> 5, 22);
    int i = column & 31;
    int weight_code = plane(payload, start + 6, 4, 16, i) | plane(payload, start + 2, 1, 1, i) << 4;
    return multiply(f16(payload, start), (float) (weight_code - 16));
}

DEVICE float q5_1(BYTES payload, INTS index, int row, int column, int rows, int columns, int a, int b, int c) {
    long start = block_start(row, columns >> 5, column >> 5, 24);
    int i = column & 31;
    int weight_code = plane(payload, start + 8, 4, 16, i) | plane(payload, start + 4, 1, 1, i) << 4;
    return subtract(multiply(f16(payload, start), (float) weight_code), -f16(payload, start + 2));
}

DEVICE float q8_0(BYTES payload, INTS index, int row, int column, int rows, int columns, int a, int b, int c) {
    long start = block_start(row, columns >> 5, column >> 5, 34);
    return multiply(f16(payload, start), (float) i8(payload, start + 2 + (column & 31)));
}

DEVICE float q2_k(BYTES payload, INTS index, int row, int column, int rows, int columns, int a, int b, int c) {
    long start = block_start(row, columns >> 8, column >> 8, 84);
    int i = column & 255;
    int scales = u8(payload, start + (i >> 4));
    float step = multiply(f16(payload, start + 80), (float) (scales & 15));
    float minimum = multiply(f16(payload, start + 82), (float) (scales >> 4));
    return subtract(multiply(step, (float) plane(payload, start + 16, 2, 32, i)), minimum);
}

DEVICE float q3_k(BYTES payload, INTS index, int row, int column, int rows, int columns, int a, int b, int c) {
    long start = block_start(row, columns >> 8, column >> 8, 110);
    int i = column & 255;
    int j = i >> 4;
    int low = (u8(payload, start + 96 + (j & 7)) >> (4 * (j >> 3))) & 15;
    int high = (u8(payload, start + 104 + (j & 3)) >> (2 * (j >> 2))) & 3;
    float step = multiply(f16(payload, start + 108), (float) ((low | high << 4) - 32));
    int weight_code = plane(payload, start + 32, 2, 32, i) | plane(payload, start, 1, 32, i) << 2;
    return multiply(step, (float) (weight_code - 4));
}

/** Of Q4_K and Q5_K: six bits of sub-block j, of its scale with first = 4 and of its minimum with first = 8. */
DEVICE int six_bits(BYTES payload, long start, int first, int j) {
    if (j < 4) {
        return u8(payload, start + first + j) & 63;
    }
    int low = (u8(payload, start + 8 + j) >> (first - 4)) & 15;
    return low | u8(payload, start + first + j - 4) >> 6 << 4;
}

/** Of Q4_K and Q5_K: the weight of a code in sub-block j. */
DEVICE float on_six_bits(BYTES payload, long start, int j, int weight_code) {
    float step = multiply(f16(payload, start), (float) six_bits(payload, start, 4, j));
    float minimum = multiply(f16(payload, start + 2), (float) six_bits(payload, start, 8, j));
    return subtract(multiply(step, (float) weight_code), minimum);
}

DEVICE float q4_k(BYTES payload, INTS index, int row, int column, int rows, int columns, int a, int b, int c) {
    long start = block_start(row, columns >> 8, column >> 8, 144);
    int i = column & 255;
    return on_six_bits(payload, start, i >> 5, plane(payload, start + 16, 4, 32, i));
}

DEVICE float q5_k(BYTES payload, INTS index, int row, int column, int rows, int columns, int a, int b, int c) {
    long start = block_start(row, columns >> 8, column >> 8, 176);
    int i = column & 255;
    int weight_code = plane(payload, start + 48, 4, 32, i) | plane(payload, start + 16, 1, 32, i) << 4;
    return on_six_bits(payload, start, i >> 5, weight_code);
}

DEVICE float q6_k(BYTES payload, INTS index, int row, int column, int rows, int columns, int a, int b, int c) {
    long start = block_start(row, columns >> 8, column >> 8, 210);
    int i = column & 255;
    float step = multiply(f16(payload, start + 208), (float) i8(payload, start + 192 + (i >> 4)));
    int weight_code = plane(payload, start, 4, 64, i) | plane(payload, start + 128, 2, 32, i) << 4;
    return multiply(step, (float) (weight_code - 32));
}
