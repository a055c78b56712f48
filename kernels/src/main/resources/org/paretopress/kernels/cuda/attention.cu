// Causal grouped-query attention on tensor cores, without the matrix of scores (Dao, FlashAttention-2, 2023): a warp keeps 16 queries, their
// running softmax and their sums in registers, while the block brings keys and values by, KEYS at a time.
//
// HEAD_SIZE, a multiple of 16, is known when this is compiled.
#include "primitives.cuh"

#define WARPS 4
#define QUERIES (16 * WARPS)
#define KEYS 64
/// Elements from one key to the next in shared memory: rows 16 bytes apart in banks, so that eight of them are read at once.
#define PITCH (HEAD_SIZE + 8)
#define STAGES 2
/// Blocks that a multiprocessor should hold at once; shared memory allows no more with heads of 128.
#define BLOCKS 3

/// Starts to bring KEYS rows of one head, from row `from` on; zeros beyond row `end`.
DEVICE void bring(operand* shared, const operand* rows, int stride, int from, int end) {
    const unsigned parts = HEAD_SIZE / 8;
#pragma unroll 4
    for (int round = 0; round < KEYS * parts / (32 * WARPS); round++) {  // KEYS * parts is a multiple of 128
        unsigned i = threadIdx.x + round * 32 * WARPS;
        int key = (int)(i / parts);
        int part = (int)(i % parts);
        bool valid = from + key < end;
        const operand* source = rows + (valid ? (long)(from + key) * stride + 8 * part : 0);
        copy16_async_or_zero(shared + key * PITCH + 8 * part, source, valid);
    }
}

/// Blocks: (⌈sequenceLength / QUERIES⌉, heads, sequences). y may be q.
extern "C" __global__ void __launch_bounds__(32 * WARPS, BLOCKS) attention(
    const operand* q,
    int qStride,
    const operand* k,
    const operand* v,
    int keyStride,
    operand* y,
    int yStride,
    int heads,
    int keyHeads,
    int sequenceLength,
    float scale) {
    DYNAMIC_SHARED(operand, shared);
    operand* keys = shared;
    operand* values = shared + STAGES * KEYS * PITCH;
    const int g = lane() / 4;
    const int t = lane() % 4;
    const int matrix = lane() / 8;
    const int tile = gridDim.x - 1 - blockIdx.x;  // those with most keys begin first
    const int head = blockIdx.y;
    const long first = (long)blockIdx.z * sequenceLength;
    const int query = tile * QUERIES + threadIdx.x / 32 * 16 + g;  // and query + 8
    const int channel = head * HEAD_SIZE + 2 * t;
    const operand* headKeys = k + first * keyStride + head * keyHeads / heads * HEAD_SIZE;
    const operand* headValues = v + first * keyStride + head * keyHeads / heads * HEAD_SIZE;

    unsigned own[HEAD_SIZE / 16][4];
    for (int i = 0; i < HEAD_SIZE / 16; i++) {
        for (int part = 0; part < 4; part++) {
            int row = query + part % 2 * 8;
            row = row < sequenceLength ? row : sequenceLength - 1;  // of a row that is not there, nothing is written
            const operand* at = q + (first + row) * qStride + channel + 16 * i + part / 2 * 8;
            own[i][part] = *reinterpret_cast<const unsigned*>(at);
        }
    }

    float sums[HEAD_SIZE / 8][4] = {};
    float largest[2] = {-INFINITY, -INFINITY};
    float mass[2] = {0, 0};
    const float log2Scale = scale * 1.44269504f;
    const int end = (tile + 1) * QUERIES < sequenceLength ? (tile + 1) * QUERIES : sequenceLength;
    const int steps = (end + KEYS - 1) / KEYS;

    bring(keys, headKeys, keyStride, 0, end);
    bring(values, headValues, keyStride, 0, end);
    commit_copies();
    for (int step = 0; step < steps; step++) {
        if (step + 1 < steps) {
            int next = (step + 1) % STAGES * KEYS * PITCH;
            bring(keys + next, headKeys, keyStride, (step + 1) * KEYS, end);
            bring(values + next, headValues, keyStride, (step + 1) * KEYS, end);
        }
        commit_copies();
        wait_copies<1>();
        __syncthreads();
        const operand* k16 = keys + step % STAGES * KEYS * PITCH;
        const operand* v16 = values + step % STAGES * KEYS * PITCH;

        // Scores of 16 queries and KEYS keys.
        float scores[KEYS / 8][4] = {};
#pragma unroll
        for (int i = 0; i < HEAD_SIZE / 16; i++) {
#pragma unroll
            for (int n = 0; n < KEYS / 16; n++) {
                unsigned b[4];
                load_matrices(b, k16 + (16 * n + matrix / 2 * 8 + lane() % 8) * PITCH + 16 * i + matrix % 2 * 8);
                multiply_add(scores[2 * n], own[i], b[0], b[1]);
                multiply_add(scores[2 * n + 1], own[i], b[2], b[3]);
            }
        }
        if ((step + 1) * KEYS > query - g) {  // some key may be later than some query of this warp
            for (int n = 0; n < KEYS / 8; n++) {
                for (int e = 0; e < 4; e++) {
                    if (step * KEYS + 8 * n + 2 * t + e % 2 > query + e / 2 * 8) {
                        scores[n][e] = -INFINITY;
                    }
                }
            }
        }

        // The running softmax: every row is spread over four lanes.
        for (int r = 0; r < 2; r++) {
            float now = -INFINITY;
            for (int n = 0; n < KEYS / 8; n++) {
                now = fmaxf(now, fmaxf(scores[n][2 * r], scores[n][2 * r + 1]));
            }
            now = fmaxf(now, shuffle_xor(now, 1));
            now = fmaxf(now, shuffle_xor(now, 2));
            now = fmaxf(now * log2Scale, largest[r]);
            float kept = fast_exp2(largest[r] - now);
            largest[r] = now;
            mass[r] *= kept;
            for (int n = 0; n < KEYS / 8; n++) {
                for (int e = 2 * r; e < 2 * r + 2; e++) {
                    scores[n][e] = fast_exp2(scores[n][e] * log2Scale - now);
                    mass[r] += scores[n][e];
                }
            }
            for (int d = 0; d < HEAD_SIZE / 8; d++) {
                sums[d][2 * r] *= kept;
                sums[d][2 * r + 1] *= kept;
            }
        }

#pragma unroll
        for (int n = 0; n < KEYS / 16; n++) {
            unsigned weights[4] = {
                pack(scores[2 * n][0], scores[2 * n][1]),
                pack(scores[2 * n][2], scores[2 * n][3]),
                pack(scores[2 * n + 1][0], scores[2 * n + 1][1]),
                pack(scores[2 * n + 1][2], scores[2 * n + 1][3])};
#pragma unroll
            for (int d = 0; d < HEAD_SIZE / 16; d++) {
                unsigned b[4];
                load_matrices_transposed(
                    b, v16 + (16 * n + matrix % 2 * 8 + lane() % 8) * PITCH + 16 * d + matrix / 2 * 8);
                multiply_add(sums[2 * d], weights, b[0], b[1]);
                multiply_add(sums[2 * d + 1], weights, b[2], b[3]);
            }
        }
        __syncthreads();  // the next step but one overwrites what was read
    }

    for (int r = 0; r < 2; r++) {
        mass[r] += shuffle_xor(mass[r], 1);
        mass[r] += shuffle_xor(mass[r], 2);
        float share = 1 / mass[r];
        int row = query + 8 * r;
        if (row < sequenceLength) {
            for (int d = 0; d < HEAD_SIZE / 8; d++) {
                unsigned word = pack(sums[d][2 * r] * share, sums[d][2 * r + 1] * share);
                *reinterpret_cast<unsigned*>(y + (first + row) * yStride + channel + 8 * d) = word;
            }
        }
    }
}
