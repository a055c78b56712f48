// Kernels that EmulatedCudaTest compares with plain Java, right ones and wrong ones.
#include "primitives.cuh"

extern "C" __global__ void __launch_bounds__(128) add(const float* __restrict__ a, float b, float* sums, int n) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i < n) {
        sums[i] = a[i] + b;
    }
}

// A row of n values for each block.
extern "C" __global__ void reduce(const float* values, double* sums, int* counts, int n) {
    __shared__ double sums_of_warps[32];
    __shared__ int counts_of_warps[32];
    double sum = 0;
    int count = 0;
    for (int i = threadIdx.x; i < n; i += blockDim.x) {
        float value = values[blockIdx.x * n + i];
        sum += value;
        count += value > 0;
    }
    for (int mask = 16; mask > 0; mask /= 2) {
        sum += shuffle_xor(sum, mask);
        count += shuffle_xor(count, mask);
    }
    if (lane() == 31) {
        sums_of_warps[threadIdx.x / 32] = sum;
        counts_of_warps[threadIdx.x / 32] = count;
    }
    __syncthreads();
    if (threadIdx.x == 0) {
        for (unsigned warp = 1; warp < blockDim.x / 32; warp++) {
            sum += sums_of_warps[warp];
            count += counts_of_warps[warp];
        }
        sums[blockIdx.x] = sum;
        counts[blockIdx.x] = count;
    }
}

// Where each thread of a grid of blocks of all dimensions stands; its value comes from the lane that mirrors its own.
extern "C" __global__ void places(float* out) {
    unsigned block = (blockIdx.z * gridDim.y + blockIdx.y) * gridDim.x + blockIdx.x;
    unsigned thread = (threadIdx.z * blockDim.y + threadIdx.y) * blockDim.x + threadIdx.x;
    out[block * blockDim.x * blockDim.y * blockDim.z + thread] = shuffle((float) thread, 31 - thread % 32);
}

extern "C" __global__ void neighbour(float* out, int step, int waits) {
    DYNAMIC_SHARED(float, values);
    values[threadIdx.x] = threadIdx.x;
    if (waits) {
        __syncthreads();
    }
    out[blockIdx.x * blockDim.x + threadIdx.x] = values[(threadIdx.x + step + blockDim.x) % blockDim.x];
}

extern "C" __global__ void write_shared(int bytes) {
    DYNAMIC_SHARED(char, values);
    values[bytes - 1] = 1;
}

// Two copies, of which all but some are waited for.
extern "C" __global__ void copy(const float* from, float* out, int valid, int offset, int pending) {
    __shared__ __align__(16) float values[8];
    copy16_async(values, from + offset);
    commit_copies();
    copy16_async_or_zero(values + 4, from + 4, valid);
    commit_copies();
    if (pending == 0) {
        wait_copies<0>();
    } else if (pending == 1) {
        wait_copies<1>();
    }
    for (int i = 0; i < 8; i++) {
        out[i] = values[i];
    }
}

extern "C" __global__ void some_wait(float* out, int who) {
    if ((int) threadIdx.x < who) {
        __syncthreads();
    }
    out[threadIdx.x] = 1;
}

extern "C" __global__ void wait_for_different(float* out, int who) {
    if ((int) threadIdx.x < who) {
        __syncthreads();
    } else {
        out[threadIdx.x] = shuffle(1.0f, 0);
    }
}

extern "C" __global__ void write_at(float* out, int where) {
    out[where] = 1;
}

#if OPERAND != 0

extern "C" __global__ void convert(const float* from, unsigned* to, float* back, int n) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i < n) {
        to[i] = pack(from[i], -from[i]);
        back[i] = widen(narrow(from[i]));
    }
}

// c = 1 + a b, all 16 x 16; a and c lie by rows, b by rows where it is transposed when it is loaded, else by columns.
extern "C" __global__ void multiply(const operand* a, const operand* b, float* c, int transposed) {
    __shared__ __align__(16) operand left[16][24];
    __shared__ __align__(16) operand right[16][24];
    int row = threadIdx.x % 16, column = threadIdx.x / 16 * 8;
    copy16_async(&left[row][column], a + row * 16 + column);
    copy16_async(&right[row][column], b + row * 16 + column);
    commit_copies();
    wait_copies<0>();
    __syncthreads();
    unsigned x[4], y[4];
    load_matrices(x, &left[row][column]);
    if (transposed) {
        load_matrices_transposed(y, &right[row][column]);
    } else {
        load_matrices(y, &right[threadIdx.x % 8 + threadIdx.x / 16 * 8][threadIdx.x / 8 % 2 * 8]);
    }
    for (int half = 0; half < 2; half++) {
        float sums[4] = {1, 1, 1, 1};
        multiply_add(sums, x, y[half * 2], y[half * 2 + 1]);
        for (int i = 0; i < 4; i++) {
            int m = lane() / 4 + i / 2 * 8, n = half * 8 + lane() % 4 * 2 + i % 2;
            c[m * 16 + n] = sums[i];
        }
    }
}

#endif
