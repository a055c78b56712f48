// A kernel that is soon compiled.
#include "primitives.cuh"

extern "C" __global__ void nothing() {}
