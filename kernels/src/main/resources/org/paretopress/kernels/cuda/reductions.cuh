// Sums and maxima over a warp and over a block, always in the same order.

#define WARPS 8
#define BLOCK (32 * WARPS)

DEVICE float larger(float a, float b) { return a > b ? a : b; }

DEVICE float warp_sum(float value) {
    for (int mask = 16; mask > 0; mask /= 2) {
        value += shuffle_xor(value, mask);
    }
    return value;
}

DEVICE double warp_sum(double value) {
    for (int mask = 16; mask > 0; mask /= 2) {
        value += shuffle_xor(value, mask);
    }
    return value;
}

DEVICE float warp_max(float value) {
    for (int mask = 16; mask > 0; mask /= 2) {
        value = larger(value, shuffle_xor(value, mask));
    }
    return value;
}

/// The sum over the BLOCK threads of a block, which all call; every one of them gets it.
template <class T>
DEVICE T block_sum(T value) {
    __shared__ T parts[WARPS];
    value = warp_sum(value);
    __syncthreads();  // a block that asks twice must have read what it got the first time
    if (lane() == 0) {
        parts[threadIdx.x / 32] = value;
    }
    __syncthreads();
    T sum = parts[0];
    for (int warp = 1; warp < WARPS; warp++) {
        sum += parts[warp];
    }
    return sum;
}

DEVICE float block_max(float value) {
    __shared__ float parts[WARPS];
    value = warp_max(value);
    __syncthreads();
    if (lane() == 0) {
        parts[threadIdx.x / 32] = value;
    }
    __syncthreads();
    float largest = parts[0];
    for (int warp = 1; warp < WARPS; warp++) {
        largest = larger(largest, parts[warp]);
    }
    return largest;
}
