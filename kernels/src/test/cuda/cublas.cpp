// libcublasLt: products of column-major matrices, D = alpha op(A) op(B) + beta C. Signatures, attributes and results are those of
// cublasLt.h (CUDA 13); sums are taken in float, in the order of k.

#include <cstdlib>
#include <cstring>
#include <memory>

#include "emulator.h"

namespace emulator {

namespace {

// cublasStatus_t of cublas_api.h.
enum { OK = 0, NO_CONTEXT = 1, INVALID = 7, EXECUTION_FAILED = 13, NOT_SUPPORTED = 15 };

// cudaDataType of library_types.h.
enum Type { FLOAT32 = 0, FLOAT16 = 2, BFLOAT16 = 14 };

struct MatmulDesc {
    int32_t attributes[5]; // compute type, scale type, pointer mode, transpose A, transpose B
};

struct Layout {
    int type;
    uint64_t rows, columns;
    int64_t ld;
};

struct Preference {
    uint64_t workspace;
    uint32_t alignment[4]; // of A, B, C, D
};

// What the 64 bytes of cublasLtMatmulAlgo_t say here: for which problem and under which promises they were found.
struct Algo {
    uint64_t magic;
    uint32_t alignment[4];
    uint64_t workspace;
    uint64_t problem;
    uint64_t unused[3];
};

struct HeuristicResult {
    Algo algo;
    size_t workspace;
    int state;
    float waves;
    int reserved[4];
};

static_assert(sizeof(Algo) == 64 && sizeof(HeuristicResult) == 96, "as in cublasLt.h");

constexpr uint64_t ALGO_MAGIC = 0x656d756c61746564, WORKSPACE = 4096;

size_t size_of(int type) { return type == FLOAT32 ? 4 : 2; }

struct Problem {
    const MatmulDesc& desc;
    const Layout &a, &b, &c, &d;

    bool transposes_a() const { return desc.attributes[3] != 0; }
    bool transposes_b() const { return desc.attributes[4] != 0; }
    uint64_t m() const { return transposes_a() ? a.columns : a.rows; }
    uint64_t n() const { return transposes_b() ? b.rows : b.columns; }
    uint64_t k() const { return transposes_a() ? a.rows : a.columns; }

    uint64_t fingerprint() const {
        uint64_t result = 14695981039346656037u; // FNV-1a
        auto add = [&](uint64_t value) { result = (result ^ value) * 1099511628211u; };
        for (int32_t attribute : desc.attributes) {
            add(static_cast<uint64_t>(attribute));
        }
        for (const Layout* layout : {&a, &b, &c, &d}) {
            add(static_cast<uint64_t>(layout->type));
            add(layout->rows);
            add(layout->columns);
            add(static_cast<uint64_t>(layout->ld));
        }
        return result;
    }

    int check() const {
        int compute = desc.attributes[0]; // CUBLAS_COMPUTE_32F, _PEDANTIC, _FAST_16F, _FAST_16BF, _FAST_TF32
        if (compute != 68 && compute != 69 && compute != 74 && compute != 75 && compute != 77) {
            return NOT_SUPPORTED;
        }
        if (desc.attributes[1] != FLOAT32 || desc.attributes[2] != 0 || a.type != b.type || c.type != d.type
                || d.type != FLOAT32 && d.type != a.type) {
            return NOT_SUPPORTED;
        }
        for (const Layout* layout : {&a, &b, &c, &d}) {
            if (layout->rows == 0 || layout->columns == 0 || layout->ld < static_cast<int64_t>(layout->rows)) {
                return INVALID;
            }
        }
        uint64_t inner = transposes_b() ? b.columns : b.rows;
        bool agrees = inner == k() && c.rows == m() && d.rows == m() && c.columns == n() && d.columns == n();
        return agrees ? OK : INVALID;
    }
};

size_t extent(const Layout& layout) {
    return ((layout.columns - 1) * static_cast<uint64_t>(layout.ld) + layout.rows) * size_of(layout.type);
}

void widen(const void* from, int type, size_t count, float* to) {
    if (type == FLOAT32) {
        memcpy(to, from, count * sizeof *to);
        return;
    }
    const auto* words = static_cast<const uint16_t*>(from);
    for (size_t i = 0; i < count; i++) {
        to[i] = type == BFLOAT16 ? float_of_bfloat16(words[i]) : float_of_float16(words[i]);
    }
}

float get(const void* from, int type, size_t i) {
    float value;
    widen(static_cast<const char*>(from) + i * size_of(type), type, 1, &value);
    return value;
}

void put(void* to, int type, size_t i, float value) {
    if (type == FLOAT32) {
        static_cast<float*>(to)[i] = value;
    } else {
        static_cast<uint16_t*>(to)[i] = type == BFLOAT16 ? bfloat16_of(value) : float16_of(value);
    }
}

// Tiles of TALL rows and WIDE columns; a panel holds TALL rows of op(A), or WIDE columns of op(B), k by k, with zeros at the end.
constexpr size_t TALL = 16, WIDE = 6;

// Panels of a matrix whose lines run along k where along is true, else across it.
std::unique_ptr<float[]> panels(const void* from, const Layout& layout, bool along, size_t size) {
    size_t lines = along ? layout.columns : layout.rows, k = along ? layout.rows : layout.columns;
    size_t ld = static_cast<size_t>(layout.ld), count = (lines + size - 1) / size;
    std::unique_ptr<float[]> packed(new float[count * size * k]());
    std::unique_ptr<float[]> column(new float[layout.rows]);
    for (size_t j = 0; j < layout.columns; j++) {
        widen(static_cast<const char*>(from) + j * ld * size_of(layout.type), layout.type, layout.rows, column.get());
        for (size_t i = 0; i < layout.rows; i++) {
            size_t line = along ? j : i, depth = along ? i : j;
            packed[(line / size * k + depth) * size + line % size] = column[i];
        }
    }
    return packed;
}

typedef float Half __attribute__((vector_size(32), aligned(4)));

void add_panels(const float* __restrict__ a, const float* __restrict__ b, size_t from, size_t to, Half sums[WIDE][2]) {
    for (size_t i = from; i < to; i++) {
        const float* column = b + i * WIDE;
        Half low = *reinterpret_cast<const Half*>(a + i * TALL), high = *reinterpret_cast<const Half*>(a + i * TALL + 8);
        for (size_t j = 0; j < WIDE; j++) {
            sums[j][0] += low * column[j];
            sums[j][1] += high * column[j];
        }
    }
}

// Sums begin at some k and end before it: as in the library, last bits are those of a shape.
void multiply_panels(const float* a, const float* b, size_t k, size_t first, float tile[WIDE][TALL]) {
    Half sums[WIDE][2] = {};
    add_panels(a, b, first, k, sums);
    add_panels(a, b, 0, first, sums);
    memcpy(tile, sums, sizeof sums);
}

void multiply(const Problem& problem, float alpha, const void* a, const void* b, float beta, const void* c, void* d) {
    size_t m = problem.m(), n = problem.n(), k = problem.k();
    bool flawed = getenv("EMULATED_CUDA_FLAW") != nullptr;
    auto left = panels(a, problem.a, problem.transposes_a(), TALL);
    auto right = panels(b, problem.b, !problem.transposes_b(), WIDE);
    for (size_t row = 0; row < m; row += TALL) {
        for (size_t column = 0; column < n; column += WIDE) {
            float tile[WIDE][TALL];
            multiply_panels(&left[row * k], &right[column * k], k, (7 * n + 3 * m) % k, tile);
            for (size_t j = 0; j < WIDE && column + j < n; j++) {
                for (size_t i = 0; i < TALL && row + i < m; i++) {
                    float value = alpha * tile[j][i] * (flawed && i == 3 ? -1 : 1);
                    if (beta != 0) {
                        value += beta * get(c, problem.c.type, (column + j) * static_cast<size_t>(problem.c.ld) + row + i);
                    }
                    put(d, problem.d.type, (column + j) * static_cast<size_t>(problem.d.ld) + row + i, value);
                }
            }
        }
    }
}

bool overlaps(const void* one, size_t bytes, const void* other, size_t more) {
    return static_cast<const char*>(one) < static_cast<const char*>(other) + more
            && static_cast<const char*>(other) < static_cast<const char*>(one) + bytes;
}

int check_promises(const Algo& algo, const Problem& problem, const void* const pointers[4], const void* workspace, size_t bytes) {
    if (algo.magic != ALGO_MAGIC || algo.problem != problem.fingerprint() || bytes < algo.workspace
            || reinterpret_cast<uintptr_t>(workspace) % 256 != 0) {
        return INVALID;
    }
    for (int i = 0; i < 4; i++) {
        if (reinterpret_cast<uintptr_t>(pointers[i]) % algo.alignment[i] != 0) {
            return INVALID;
        }
    }
    return OK;
}

// Whether all that is read and written lies in the memory of the device, and nothing is written that another operand holds.
int check_memory(const Problem& problem, const void* const pointers[4], bool reads_c, void* workspace, size_t bytes) {
    const Layout* layouts[] = {&problem.a, &problem.b, &problem.c, &problem.d};
    std::lock_guard<std::mutex> guard(lock);
    if (usable() != SUCCESS || bytes > 0 && !is_allocated(workspace, bytes)) {
        return EXECUTION_FAILED;
    }
    const void* d = pointers[3];
    size_t written = extent(problem.d);
    for (int i = 0; i < 4; i++) {
        if ((i != 2 || reads_c) && !is_allocated(pointers[i], extent(*layouts[i]))) {
            return EXECUTION_FAILED;
        }
        if (i < 2 && overlaps(pointers[i], extent(*layouts[i]), d, written)) {
            return INVALID;
        }
    }
    if (reads_c && pointers[2] != d && overlaps(pointers[2], extent(problem.c), d, written)) {
        return INVALID;
    }
    return bytes > 0 && overlaps(workspace, bytes, d, written) ? INVALID : OK;
}

template <typename Thing> int destroy(Thing* thing) {
    delete thing;
    return thing == nullptr ? INVALID : OK;
}

} // namespace

} // namespace emulator

using namespace emulator;

extern "C" __attribute__((visibility("default"))) size_t cublasLtGetVersion() { return 130000; }

API cublasLtCreate(int** handle) {
    std::lock_guard<std::mutex> guard(lock);
    if (usable() != SUCCESS) {
        return NO_CONTEXT;
    }
    *handle = new int(0);
    return OK;
}

API cublasLtDestroy(int* handle) { return destroy(handle); }

API cublasLtMatmulDescCreate(MatmulDesc** desc, int compute_type, int scale_type) {
    *desc = new MatmulDesc{{compute_type, scale_type, 0, 0, 0}};
    return OK;
}

API cublasLtMatmulDescDestroy(MatmulDesc* desc) { return destroy(desc); }

API cublasLtMatmulDescSetAttribute(MatmulDesc* desc, int attribute, const int32_t* value, size_t bytes) {
    if (desc == nullptr || attribute < 0 || attribute > 4 || value == nullptr || bytes != sizeof *value) {
        return INVALID;
    }
    if (attribute >= 3 && (*value < 0 || *value > 2)) { // CUBLAS_OP_N, _T, _C
        return INVALID;
    }
    desc->attributes[attribute] = *value;
    return OK;
}

API cublasLtMatrixLayoutCreate(Layout** layout, int type, uint64_t rows, uint64_t columns, int64_t ld) {
    if (type != FLOAT32 && type != FLOAT16 && type != BFLOAT16) {
        return INVALID;
    }
    *layout = new Layout{type, rows, columns, ld};
    return OK;
}

API cublasLtMatrixLayoutDestroy(Layout* layout) { return destroy(layout); }

API cublasLtMatmulPreferenceCreate(Preference** preference) {
    *preference = new Preference{0, {256, 256, 256, 256}};
    return OK;
}

API cublasLtMatmulPreferenceDestroy(Preference* preference) { return destroy(preference); }

API cublasLtMatmulPreferenceSetAttribute(Preference* preference, int attribute, const void* value, size_t bytes) {
    if (preference == nullptr || value == nullptr) {
        return INVALID;
    }
    if (attribute == 1 && bytes == sizeof preference->workspace) { // MAX_WORKSPACE_BYTES
        memcpy(&preference->workspace, value, bytes);
        return OK;
    }
    if (attribute == 3 && bytes == sizeof(uint32_t)) { // REDUCTION_SCHEME_MASK: sums are formed whole here
        return OK;
    }
    uint32_t alignment;
    if (attribute < 5 || attribute > 8 || bytes != sizeof alignment) { // MIN_ALIGNMENT_A_BYTES and the next three
        return INVALID;
    }
    memcpy(&alignment, value, bytes);
    if (alignment == 0 || (alignment & (alignment - 1)) != 0) {
        return INVALID;
    }
    preference->alignment[attribute - 5] = alignment;
    return OK;
}

API cublasLtMatmulAlgoGetHeuristic(int* handle, MatmulDesc* desc, Layout* a, Layout* b, Layout* c, Layout* d,
        Preference* preference, int requested, HeuristicResult* results, int* found) {
    if (handle == nullptr || !desc || !a || !b || !c || !d || !preference || requested < 1 || !results || !found) {
        return INVALID;
    }
    *found = 0;
    Problem problem{*desc, *a, *b, *c, *d};
    if (int error = problem.check()) {
        return error;
    }
    HeuristicResult result{};
    result.workspace = preference->workspace >= WORKSPACE ? WORKSPACE : 0;
    result.algo = {ALGO_MAGIC, {}, result.workspace, problem.fingerprint(), {}};
    memcpy(result.algo.alignment, preference->alignment, sizeof result.algo.alignment);
    result.waves = 1;
    results[0] = result;
    *found = 1;
    return OK;
}

API cublasLtMatmul(int* handle, MatmulDesc* desc, const float* alpha, const void* a, Layout* a_layout, const void* b,
        Layout* b_layout, const float* beta, const void* c, Layout* c_layout, void* d, Layout* d_layout, const Algo* algo,
        void* workspace, size_t workspace_bytes, void* stream) {
    if (handle == nullptr || !desc || !alpha || !beta || !a_layout || !b_layout || !c_layout || !d_layout) {
        return INVALID;
    }
    Problem problem{*desc, *a_layout, *b_layout, *c_layout, *d_layout};
    if (int error = problem.check()) {
        return error;
    }
    const void* pointers[] = {a, b, *beta == 0 ? d : c, d};
    if (int error = algo == nullptr ? OK : check_promises(*algo, problem, pointers, workspace, workspace_bytes)) {
        return error;
    }
    if (int error = check_memory(problem, pointers, *beta != 0, workspace, workspace_bytes)) {
        return error;
    }
    {
        std::lock_guard<std::mutex> guard(lock);
        if (!is_stream(stream)) {
            return INVALID;
        }
    }
    if (workspace_bytes > 0) {
        memset(workspace, UNDEFINED, workspace_bytes < WORKSPACE ? workspace_bytes : WORKSPACE);
    }
    multiply(problem, *alpha, a, b, *beta, c, d);
    return OK;
}
