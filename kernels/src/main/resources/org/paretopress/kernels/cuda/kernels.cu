// What lies between the products of a forward pass. Tensors are row-major; a row takes `stride` elements, a multiple of EIGHT, so that it
// starts at 16 bytes and may be read and written in eights beyond its last column. Blocks have BLOCK threads.
#include "primitives.cuh"
#include "reductions.cuh"
#include "levels.cuh"
#include "ggml.cuh"

#define EIGHT 8

/// Eight neighbours of a row.
template <class T>
struct __align__(16) Eight {
    T at[EIGHT];
};

template <class T>
DEVICE Eight<T>& eight(T* row, int column) {
    return *reinterpret_cast<Eight<T>*>(row + column);
}

template <class T>
DEVICE const Eight<T>& eight(const T* row, int column) {
    return *reinterpret_cast<const Eight<T>*>(row + column);
}

DEVICE float to_float(float value) { return value; }

DEVICE void from_float(float& target, float value) { target = value; }

#if OPERAND != 0
DEVICE float to_float(operand value) { return widen(value); }

DEVICE void from_float(operand& target, float value) { target = narrow(value); }
#endif

template <class From, class To>
DEVICE void copy_row(const From* from, To* to, int columns) {
    for (int c = EIGHT * threadIdx.x; c < columns; c += EIGHT * BLOCK) {
        Eight<From> values = eight(from, c);
        Eight<To> copies;
        for (int i = 0; i < EIGHT; i++) {
            from_float(copies.at[i], to_float(values.at[i]));
        }
        eight(to, c) = copies;
    }
}

/// A block a row: y = x in another precision.
extern "C" __global__ void narrow_rows(const float* x, int xStride, operand* y, int yStride, int columns) {
    copy_row(x + (long)blockIdx.x * xStride, y + (long)blockIdx.x * yStride, columns);
}

extern "C" __global__ void widen_rows(const operand* x, int xStride, float* y, int yStride, int columns) {
    copy_row(x + (long)blockIdx.x * xStride, y + (long)blockIdx.x * yStride, columns);
}

/// A block a row of y: the row of the table that `rows` names.
extern "C" __global__ void gather_rows(
    const operand* table, int tableStride, const int* rows, float* y, int yStride, int columns) {
    copy_row(table + (long)rows[blockIdx.x] * tableStride, y + (long)blockIdx.x * yStride, columns);
}

/// A block a row: y = x / sqrt(mean(x²) + epsilon) · gain.
extern "C" __global__ void rms_norm(
    const float* x, int xStride, const float* gain, float epsilon, operand* y, int yStride, int columns) {
    const float* from = x + (long)blockIdx.x * xStride;
    operand* to = y + (long)blockIdx.x * yStride;
    float squares = 0;
    for (int c = EIGHT * threadIdx.x; c < columns; c += EIGHT * BLOCK) {
        Eight<float> values = eight(from, c);
        for (int i = 0; i < EIGHT; i++) {
            float value = c + i < columns ? values.at[i] : 0;
            squares += value * value;
        }
    }
    float scale = 1 / sqrtf(block_sum(squares) / columns + epsilon);
    for (int c = EIGHT * threadIdx.x; c < columns; c += EIGHT * BLOCK) {
        Eight<float> values = eight(from, c);
        Eight<operand> normed;
        for (int i = 0; i < EIGHT; i++) {
            normed.at[i] = narrow(c + i < columns ? values.at[i] * scale * gain[c + i] : 0);
        }
        eight(to, c) = normed;
    }
}

/// A block a row: turns channel i of every head together with channel i + headSize / 2 (Su et al., RoFormer, 2021).
extern "C" __global__ void rotate(
    operand* x, int stride, int columns, int headSize, int sequenceLength, const float* cosines, const float* sines) {
    operand* row = x + (long)blockIdx.x * stride;
    int half = headSize / 2;
    long angle = (long)(blockIdx.x % sequenceLength) * half;
    for (int pair = threadIdx.x; pair < columns / 2; pair += BLOCK) {
        int i = pair % half;
        int low = pair / half * headSize + i;
        float a = widen(row[low]);
        float b = widen(row[low + half]);
        float cosine = cosines[angle + i];
        float sine = sines[angle + i];
        row[low] = narrow(a * cosine - b * sine);
        row[low + half] = narrow(b * cosine + a * sine);
    }
}

/// A block a row: gate = silu(gate) · up.
extern "C" __global__ void swi_glu(operand* gate, int gateStride, const operand* up, int upStride, int columns) {
    operand* g = gate + (long)blockIdx.x * gateStride;
    const operand* u = up + (long)blockIdx.x * upStride;
    for (int c = EIGHT * threadIdx.x; c < columns; c += EIGHT * BLOCK) {
        Eight<operand> gates = eight(g, c);
        Eight<operand> ups = eight(u, c);
        for (int i = 0; i < EIGHT; i++) {
            float x = widen(gates.at[i]);
            gates.at[i] = narrow(x / (1 + expf(-x)) * widen(ups.at[i]));
        }
        eight(g, c) = gates;
    }
}

/// The largest head that `attention_by_lanes` takes.
#define MOST_CHANNELS 256

/// Causal attention without tensor cores, for 32 bits and for heads of any size: a warp for each query of each head. Lanes take a key
/// each, then channels. Scores are never stored: softmax is kept as a running maximum and sum (Milakov and Gimelshein, 2018).
/// y may be q. Blocks: (⌈rows / WARPS⌉, heads).
extern "C" __global__ void attention_by_lanes(
    const operand* q,
    int qStride,
    const operand* k,
    const operand* v,
    int keyStride,
    operand* y,
    int yStride,
    int rows,
    int heads,
    int keyHeads,
    int headSize,
    int sequenceLength,
    float scale) {
    int row = blockIdx.x * WARPS + threadIdx.x / 32;
    if (row >= rows) {
        return;
    }
    int head = blockIdx.y;
    int keyHead = head * keyHeads / heads;
    int first = row / sequenceLength * sequenceLength;
    const operand* query = q + (long)row * qStride + head * headSize;
    const operand* keys = k + keyHead * headSize;
    const operand* values = v + keyHead * headSize;
    float sums[MOST_CHANNELS / 32] = {};
    float largest = -INFINITY;
    float sum = 0;
    for (int start = first; start <= row; start += 32) {
        int key = start + lane();
        float score = -INFINITY;
        if (key <= row) {
            score = 0;
            for (int c = 0; c < headSize; c++) {
                score += widen(query[c]) * widen(keys[(long)key * keyStride + c]);
            }
            score *= scale;
        }
        float now = larger(largest, warp_max(score));
        float kept = expf(largest - now);
        float weight = expf(score - now);
        sum = sum * kept + warp_sum(weight);
        largest = now;
        int count = row - start + 1 < 32 ? row - start + 1 : 32;
        for (int i = 0; i < MOST_CHANNELS / 32; i++) {
            sums[i] *= kept;
        }
        for (int j = 0; j < count; j++) {
            float one = shuffle(weight, j);
            for (int i = 0; i < MOST_CHANNELS / 32; i++) {
                int c = 32 * i + lane();
                if (c < headSize) {
                    sums[i] += one * widen(values[(long)(start + j) * keyStride + c]);
                }
            }
        }
    }
    operand* to = y + (long)row * yStride + head * headSize;
    for (int i = 0; i < MOST_CHANNELS / 32; i++) {
        int c = 32 * i + lane();
        if (c < headSize) {
            to[c] = narrow(sums[i] / sum);
        }
    }
}

/// log Σ e^z over a row, by all threads of a block; tokens at minus infinity count nothing.
DEVICE double log_sum(const float* z, int columns) {
    float largest = -INFINITY;
    for (int c = threadIdx.x; c < columns; c += BLOCK) {
        largest = larger(largest, z[c]);
    }
    largest = block_max(largest);
    double sum = 0;
    for (int c = threadIdx.x; c < columns; c += BLOCK) {
        sum += largest == -INFINITY ? 0 : expf(z[c] - largest);
    }
    return largest + log(block_sum(sum));
}

/// A block a row: the softmax of logits. `sums` receives, a row: the mass of the stored probabilities p, and Σ p·log p.
extern "C" __global__ void predict_all(
    const float* logits, int stride, float* probabilities, int pStride, int columns, double* sums) {
    const float* z = logits + (long)blockIdx.x * stride;
    float* p = probabilities + (long)blockIdx.x * pStride;
    double whole = log_sum(z, columns);
    float shift = (float)whole;
    float rest = (float)(whole - shift);
    double mass = 0;
    double products = 0;
    for (int c = threadIdx.x; c < columns; c += BLOCK) {
        p[c] = expf(z[c] - shift - rest);
        mass += p[c];
        products += (double)p[c] * z[c];
    }
    mass = block_sum(mass);
    products = block_sum(products);
    if (threadIdx.x == 0) {
        sums[2 * (long)blockIdx.x] = mass;
        sums[2 * (long)blockIdx.x + 1] = products - mass * whole;
    }
}

/// Numbers that `score_all` and `score_top` return for a row.
#define NUMBERS 4

/// A block a row. `numbers` receives, a row: logsumexp(z), z of the target, and Σ p·z where p is given.
extern "C" __global__ void score_all(
    const float* logits, int stride, const int* targets, const float* probabilities, int pStride, int columns, double* numbers) {
    const float* z = logits + (long)blockIdx.x * stride;
    double whole = log_sum(z, columns);
    double products = 0;
    if (probabilities != nullptr) {
        const float* p = probabilities + (long)blockIdx.x * pStride;
        for (int c = threadIdx.x; c < columns; c += BLOCK) {
            products += (double)p[c] * z[c];
        }
    }
    products = block_sum(products);
    if (threadIdx.x == 0) {
        double* to = numbers + NUMBERS * (long)blockIdx.x;
        to[0] = whole;
        to[1] = z[targets[blockIdx.x]];
        to[2] = products;
    }
}

/// A block a row, against the most probable tokens of the dense model. `numbers` receives, a row: logsumexp(z), z of the target, Σ p·z
/// over those tokens, and logsumexp(z) over those tokens (`others` 0) or over all others (`others` 1). `kept` is room for one logit each,
/// strided as `tokens`; logits are as before when it ends.
extern "C" __global__ void score_top(
    float* logits,
    int stride,
    const int* targets,
    const float* tokens,
    const float* probabilities,
    int topStride,
    int top,
    int others,
    int columns,
    float* kept,
    double* numbers) {
    float* z = logits + (long)blockIdx.x * stride;
    const float* ids = tokens + (long)blockIdx.x * topStride;
    const float* p = probabilities + (long)blockIdx.x * topStride;
    float* own = kept + (long)blockIdx.x * topStride;
    double target = z[targets[blockIdx.x]];
    double whole = log_sum(z, columns);
    double products = 0;
    for (int i = threadIdx.x; i < top; i += BLOCK) {
        own[i] = z[(int)ids[i]];
        products += (double)p[i] * own[i];
    }
    products = block_sum(products);  // also: own is written, and whole was read
    double part;
    if (others) {
        for (int i = threadIdx.x; i < top; i += BLOCK) {
            z[(int)ids[i]] = -INFINITY;
        }
        __syncthreads();
        part = log_sum(z, columns);
        __syncthreads();
        for (int i = threadIdx.x; i < top; i += BLOCK) {
            z[(int)ids[i]] = own[i];
        }
    } else {
        part = log_sum(own, top);
    }
    if (threadIdx.x == 0) {
        double* to = numbers + NUMBERS * (long)blockIdx.x;
        to[0] = whole;
        to[1] = target;
        to[2] = products;
        to[3] = part;
    }
}

/// Eight floats of registers to operands.
DEVICE void narrow_eight(const float* values, operand* to) {
#if OPERAND == 0
    for (int i = 0; i < EIGHT; i++) {
        eight(to, 0).at[i] = values[i];
    }
#else
    uint4 words = {
        pack(values[0], values[1]), pack(values[2], values[3]), pack(values[4], values[5]), pack(values[6], values[7])};
    *reinterpret_cast<uint4*>(to) = words;
#endif
}

/// Packed weights to operands: a thread for eight of a row. Blocks: (rows, ⌈columns / (EIGHT · BLOCK)⌉).
#define DEQUANTIZE(form, fill)                                                                                  \
    extern "C" __global__ void dequantize_##form(                                                               \
        BYTES payload, INTS index, int rows, int columns, int a, int b, int c, operand* weights, int stride) {  \
        int row = blockIdx.x;                                                                                   \
        int column = EIGHT * (blockIdx.y * BLOCK + threadIdx.x);                                                \
        if (column >= columns) {                                                                                \
            return;                                                                                             \
        }                                                                                                       \
        float values[EIGHT];                                                                                    \
        fill(form);                                                                                             \
        narrow_eight(values, weights + times(row, stride) + column);                                            \
    }

#define ONE_BY_ONE(form)                                                                                                     \
    for (int i = 0; i < EIGHT; i++) {                                                                                        \
        values[i] = column + i < columns ? form(payload, index, row, column + i, rows, columns, a, b, c) : 0;                \
    }

#define TOGETHER(form) form(payload, index, row, column, rows, columns, a, b, c, values)

DEQUANTIZE(uniform_grid, ONE_BY_ONE)
DEQUANTIZE(sparse_mask, ONE_BY_ONE)
DEQUANTIZE(two_of_four, ONE_BY_ONE)
DEQUANTIZE(sparse_grid, ONE_BY_ONE)
DEQUANTIZE(halves, ONE_BY_ONE)
DEQUANTIZE(uniform_grid_eight, TOGETHER)
DEQUANTIZE(sparse_mask_eight, TOGETHER)
DEQUANTIZE(two_of_four_eight, TOGETHER)
DEQUANTIZE(sparse_grid_eight, TOGETHER)
DEQUANTIZE(halves_eight, TOGETHER)
DEQUANTIZE(q4_0_eight, TOGETHER)
DEQUANTIZE(q5_0_eight, TOGETHER)
DEQUANTIZE(q5_1_eight, TOGETHER)
DEQUANTIZE(q8_0_eight, TOGETHER)
DEQUANTIZE(q2_k_eight, TOGETHER)
DEQUANTIZE(q3_k_eight, TOGETHER)
DEQUANTIZE(q4_k_eight, TOGETHER)
DEQUANTIZE(q5_k_eight, TOGETHER)
DEQUANTIZE(q6_k_eight, TOGETHER)
