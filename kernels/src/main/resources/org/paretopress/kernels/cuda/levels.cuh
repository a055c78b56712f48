// The packed forms of a level: bit for bit the floats that PackedMatrix.dequantize of the Java side gives. Of each form, one weight a
// call, or the eight that start at a column that is a multiple of eight, which is much less work for each:
//
//   float FORM(BYTES payload, INTS index, int row, int column, int rows, int columns, int a, int b, int c)
//   void FORM_eight(BYTES payload, INTS index, int row, int column, int rows, int columns, int a, int b, int c, FLOATS out)
//
// payload is what Layout describes, from its first byte, which lies at a multiple of eight. LevelKernel tells the function, a, b, c and
// index of a matrix; what they mean stands at each function. Those of eight weights ask more of a shape: always that columns are a
// multiple of eight, the rest stands there, too. Neighbouring threads should take neighbouring columns: they read the same bytes or
// neighbouring ones. No call loops over a row, and none reads a byte beyond the payload.
//
// All but the first part is written in what CUDA C and Java have in common, so that the tests of the Java side run this very text without
// a GPU: int, long and float alone; no pointers and no arrays but through the accessors; conversions by cast. Numbers of which all bits
// are data may be negative: of their right shifts only bits count that were there before, and left shifts may drop some. A position in a
// payload is a long throughout.

// CUDA's part: the words and accessors for which Java has its own. Before it, of primitives.cuh: half_to_float, ones,
// times, difference and byte_difference.
// {
#define DEVICE static __device__ __forceinline__
#define BYTES const unsigned char*
#define INTS const int*
#define FLOATS float*

static_assert(sizeof(long) == 8, "positions in a payload need 64 bits");

/** An unsigned byte. */
DEVICE int u8(BYTES payload, long position) {
    return payload[position];
}

/** A signed byte. */
DEVICE int i8(BYTES payload, long position) {
    return (signed char) payload[position];
}

/** Two bytes, the first lowest, at a multiple of two. */
DEVICE int u16(BYTES payload, long position) {
    return *(const unsigned short*) (payload + position);
}

/** Four bytes, the first lowest, at a multiple of four. */
DEVICE int i32(BYTES payload, long position) {
    return *(const int*) (payload + position);
}

/** Eight bytes, the first lowest, at a multiple of eight. */
DEVICE long i64(BYTES payload, long position) {
    return *(const long*) (payload + position);
}

/** Number i of the pairs of bytes from a multiple of two on. */
DEVICE int u16_from(BYTES payload, long start, int i) {
    return ((const unsigned short*) (payload + start))[i];
}

/** The binary16 of 16 bits. */
DEVICE float half(int bits) {
    return half_to_float((unsigned short) bits);
}

/** A number of the index. */
DEVICE int at(INTS index, long i) {
    return index[i];
}

/** Of eight weights, weight k, which is known when this is compiled, so that `out` may be registers. */
DEVICE void put(FLOATS out, int k, float weight) {
    out[k] = weight;
}

/** A product that no sum is fused with. */
DEVICE float multiply(float a, float b) {
    return __fmul_rn(a, b);
}

/** a * b - c, where a * b has no more bits than a float: then it is the same fused or not. */
DEVICE float multiply_subtract(float a, float b, float c) {
    return __fmaf_rn(a, b, -c);
}
// }

/** A little-endian binary16 at a multiple of two. */
DEVICE float f16(BYTES payload, long position) {
    return half(u16(payload, position));
}

/** A little-endian binary16 at any position. */
DEVICE float f16_anywhere(BYTES payload, long position) {
    return half(u8(payload, position) | u8(payload, position + 1) << 8);
}

/** Bytes that a stream of codes takes. */
DEVICE long stream_bytes(long codes, int bits) {
    return (codes * bits + 7) >> 3;
}

/** The code that starts at a bit of the stream that starts at a byte; reads no byte that holds nothing of it. */
DEVICE int code_at(BYTES payload, long start, long bit, int bits) {
    long byte_at = start + (bit >> 3);
    int shift = (int) (bit & 7);
    int packed = u8(payload, byte_at);
    if (shift + bits > 8) {
        packed |= u8(payload, byte_at + 1) << 8;
    }
    return (packed >> shift) & ((1 << bits) - 1);
}

/** Code number i of the stream that starts at a byte, see CodeStream. */
DEVICE int code(BYTES payload, long start, long i, int bits) {
    return code_at(payload, start, i * bits, bits);
}

/** The weight of a code. */
DEVICE float on_grid(float scale, int weight_code, int zero_point) {
    return multiply(scale, difference(weight_code, zero_point));
}

/** The low 32 bits of two words after a shift by 0 to 32. */
DEVICE int funnel(int low, int high, int shift) {
    return (int) ((((long) high << 32) | (low & 0xFFFFFFFFL)) >> shift);
}

/**
 * The weights of the eight codes that fill the bytes from a position on. Read are the aligned words of four that these bytes lie in; so
 * another three bytes must follow.
 */
DEVICE void eight_on_grid(BYTES payload, long position, int bits, float scale, int zero_point, FLOATS out) {
    int skipped = (int) (position & 3);
    long word = position - skipped;
    int last = (skipped + bits - 1) & 12;
    int low = i32(payload, word);
    int high = i32(payload, word + last);
    int middle = bits <= 4 ? high : i32(payload, word + 4);
    int four = funnel(low, middle, 8 * skipped);
    int others = bits <= 4 ? four >> (4 * bits) : funnel(four, funnel(middle, high, 8 * skipped), 4 * bits);
    int mask = (1 << bits) - 1;
    for (int k = 0; k < 4; k++) {
        put(out, k, on_grid(scale, (four >> (k * bits)) & mask, zero_point));
        put(out, k + 4, on_grid(scale, (others >> (k * bits)) & mask, zero_point));
    }
}

/** Uniform grids. a: bits of a code; b: quantization group size; c: the zero point where symmetric, else 0. No index. */
DEVICE float uniform_grid(
        BYTES payload, INTS index, int row, int column, int rows, int columns, int a, int b, int c) {
    int groups_per_row = (columns - 1) / b + 1;
    long groups = times(rows, groups_per_row);
    long group = times(row, groups_per_row) + column / b;
    long scales = stream_bytes(times(rows, columns), a);
    int weight_code = code(payload, 0, times(row, columns) + column, a);
    int zero_point = c > 0 ? c : code(payload, scales + 2 * groups, group, a);
    return on_grid(f16_anywhere(payload, scales + 2 * group), weight_code, zero_point);
}

/**
 * Eight of the same. b: logarithm of the quantization group size, at least 3, or 31 where a row is one group. Scales start at a
 * multiple of two and take three bytes or more.
 */
DEVICE void uniform_grid_eight(
        BYTES payload, INTS index, int row, int column, int rows, int columns, int a, int b, int c, FLOATS out) {
    int groups_per_row = ((columns - 1) >> b) + 1;
    int group = column >> b;
    int bytes_per_row = (columns >> 3) * a;
    long scales = times(rows, bytes_per_row);
    long zero_points = scales + times(rows, 2 * groups_per_row);
    int zero_point = c;
    if (c == 0) {
        zero_point = code_at(payload, zero_points, times(row, groups_per_row * a) + group * a, a);
    }
    float scale = f16(payload, scales + times(row, 2 * groups_per_row) + 2 * group);
    eight_on_grid(payload, times(row, bytes_per_row) + (column >> 3) * a, a, scale, zero_point, out);
}

/** Of the 64 entries of a mask among which entry i is: it, as the highest bit, and those before it. */
DEVICE long up_to(long mask, long i) {
    return mask << (63 - (int) (i & 63));
}

/**
 * Of a mask at the start of the payload: how many entries are kept before entry i, or -1 where i itself is pruned.
 * The index holds how many are kept before each 64 entries.
 */
DEVICE int kept_before(BYTES payload, INTS index, long i, long entries) {
    long first = i >> 6 << 3;
    long end = stream_bytes(entries, 1);
    long mask = 0;
    if (first + 8 <= end) {
        mask = i64(payload, first);
    } else {
        for (int k = 0; first + k < end; k++) {
            mask |= (long) u8(payload, first + k) << (8 * k);
        }
    }
    long kept = up_to(mask, i);
    return kept < 0 ? at(index, i >> 6) + ones(kept) - 1 : -1;
}

/** Unstructured sparsity. a, b, c: nothing. Index: weights kept before each 64, counted row by row. */
DEVICE float sparse_mask(
        BYTES payload, INTS index, int row, int column, int rows, int columns, int a, int b, int c) {
    long weights = times(rows, columns);
    int before = kept_before(payload, index, times(row, columns) + column, weights);
    return before < 0 ? 0.0f : f16_anywhere(payload, stream_bytes(weights, 1) + 2L * before);
}

/** Eight of the same. Weights in all are a multiple of 64. */
DEVICE void sparse_mask_eight(
        BYTES payload, INTS index, int row, int column, int rows, int columns, int a, int b, int c, FLOATS out) {
    long weights = times(rows, columns);
    long i = times(row, columns) + column;
    long mask = i64(payload, i >> 6 << 3);
    int kept = (int) (mask >> (int) (i & 63));
    int first = at(index, i >> 6) + ones(up_to(mask, i)) - (kept & 1);
    long values = (weights >> 3) + 2L * first;
    int before = 0;
    for (int k = 0; k < 8; k++) {
        int here = (kept >> k) & 1;
        put(out, k, here == 1 ? half(u16_from(payload, values, before)) : 0.0f);
        before += here;
    }
}

/** Two of every four. a, b, c: nothing. No index. */
DEVICE float two_of_four(
        BYTES payload, INTS index, int row, int column, int rows, int columns, int a, int b, int c) {
    long four = (times(row, columns) + column) >> 2;
    int place = column & 3;
    int places = code(payload, 0, four, 4);
    if (place != (places & 3) && place != places >> 2) {
        return 0.0f;
    }
    long value = 2 * four + (place == (places & 3) ? 0 : 1);
    return f16_anywhere(payload, stream_bytes(times(rows, columns), 1) + 2 * value);
}

/** The weights of one four from weight `first` of the eight on; the values are the halves of a word. */
DEVICE void put_two_of_four(int places, int values, FLOATS out, int first) {
    float one = half(values & 0xFFFF);
    float other = half((values >> 16) & 0xFFFF);
    for (int place = 0; place < 4; place++) {
        put(out, first + place, place == (places & 3) ? one : place == places >> 2 ? other : 0.0f);
    }
}

/** Eight of the same. Weights in all are a multiple of 64. */
DEVICE void two_of_four_eight(
        BYTES payload, INTS index, int row, int column, int rows, int columns, int a, int b, int c, FLOATS out) {
    long eight = times(row, columns >> 3) + (column >> 3);
    int places = u8(payload, eight);
    long values = i64(payload, times(rows, columns >> 3) + 8 * eight);
    put_two_of_four(places & 15, (int) values, out, 0);
    put_two_of_four(places >> 4, (int) (values >> 32), out, 4);
}

/**
 * Pruned groups on uniform grids. a: bits of a code; b: quantization group size; c: groups kept in all.
 * Index: groups kept before each 64, counted row by row.
 */
DEVICE float sparse_grid(
        BYTES payload, INTS index, int row, int column, int rows, int columns, int a, int b, int c) {
    int groups_per_row = columns / b;
    int group = column / b;
    long groups = times(rows, groups_per_row);
    int before = kept_before(payload, index, times(row, groups_per_row) + group, groups);
    if (before < 0) {
        return 0.0f;
    }
    long codes = stream_bytes(groups, 1);
    long scales = codes + stream_bytes(times(c, b), a);
    int weight_code = code(payload, codes, times(before, b) + (column - group * b), a);
    int zero_point = code(payload, scales + 2L * c, before, a);
    return on_grid(f16_anywhere(payload, scales + 2L * before), weight_code, zero_point);
}

/**
 * Eight of the same. b: logarithm of the quantization group size, at least 3. Groups in all, kept or not, are an int and a multiple of
 * 64; scales start at a multiple of two.
 */
DEVICE void sparse_grid_eight(
        BYTES payload, INTS index, int row, int column, int rows, int columns, int a, int b, int c, FLOATS out) {
    int groups_per_row = columns >> b;
    int group = row * groups_per_row + (column >> b);
    long kept = up_to(i64(payload, (long) (group >> 6) << 3), group);
    if (kept >= 0) {
        for (int k = 0; k < 8; k++) {
            put(out, k, 0.0f);
        }
        return;
    }
    int before = at(index, group >> 6) + ones(kept) - 1;
    int bytes_per_group = a << (b - 3);
    long codes = (long) (rows * groups_per_row >> 3);
    long scales = codes + times(c, bytes_per_group);
    int zero_point = code(payload, scales + 2L * c, before, a);
    float scale = f16(payload, scales + 2L * before);
    int eight_in_group = (column >> 3) & ((1 << (b - 3)) - 1);
    eight_on_grid(payload, codes + times(before, bytes_per_group) + eight_in_group * a, a, scale, zero_point, out);
}

/** A plain binary16 matrix, such as a factor of a product. a: its first byte; b, c: nothing. No index. */
DEVICE float halves(
        BYTES payload, INTS index, int row, int column, int rows, int columns, int a, int b, int c) {
    return f16_anywhere(payload, a + 2 * (times(row, columns) + column));
}

/** Eight of the same. a: a multiple of eight. */
DEVICE void halves_eight(
        BYTES payload, INTS index, int row, int column, int rows, int columns, int a, int b, int c, FLOATS out) {
    long first = a + 2 * (times(row, columns) + column);
    for (int k = 0; k < 8; k += 4) {
        long four = i64(payload, first + 2 * k);
        put(out, k, half((int) four & 0xFFFF));
        put(out, k + 1, half((int) (four >> 16) & 0xFFFF));
        put(out, k + 2, half((int) (four >> 32) & 0xFFFF));
        put(out, k + 3, half((int) (four >> 48) & 0xFFFF));
    }
}
