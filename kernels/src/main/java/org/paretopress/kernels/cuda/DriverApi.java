package org.paretopress.kernels.cuda;

import com.sun.jna.Library;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.IntByReference;
import com.sun.jna.ptr.LongByReference;
import com.sun.jna.ptr.PointerByReference;

/**
 * What is used of CUDA's driver interface, as {@code cuda.h} declares it; the same in CUDA 12 and 13. Memory of the device is a number,
 * and so is every size. All functions return 0, or an error that {@link #cuGetErrorString} explains.
 */
interface DriverApi extends Library {

    int ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR = 75;
    int ATTRIBUTE_COMPUTE_CAPABILITY_MINOR = 76;
    int FUNCTION_MAX_DYNAMIC_SHARED_BYTES = 8;
    int OUT_OF_MEMORY = 2;

    int cuInit(int flags);

    int cuDriverGetVersion(IntByReference version);

    int cuDeviceGetCount(IntByReference count);

    int cuDeviceGet(IntByReference device, int ordinal);

    int cuDeviceGetName(byte[] name, int length, int device);

    int cuDeviceGetAttribute(IntByReference value, int attribute, int device);

    int cuDevicePrimaryCtxRetain(PointerByReference context, int device);

    int cuCtxSetCurrent(Pointer context);

    int cuCtxSynchronize();

    int cuMemGetInfo_v2(LongByReference free, LongByReference total);

    int cuMemAlloc_v2(LongByReference address, long bytes);

    int cuMemFree_v2(long address);

    int cuMemHostAlloc(PointerByReference start, long bytes, int flags);

    int cuMemFreeHost(Pointer start);

    int cuMemcpyHtoD_v2(long to, Pointer from, long bytes);

    int cuMemcpyDtoH_v2(Pointer to, long from, long bytes);

    int cuMemcpyHtoDAsync_v2(long to, Pointer from, long bytes, Pointer stream);

    int cuMemcpyDtoHAsync_v2(Pointer to, long from, long bytes, Pointer stream);

    int cuMemcpyDtoDAsync_v2(long to, long from, long bytes, Pointer stream);

    int cuStreamCreate(PointerByReference stream, int flags);

    int cuStreamDestroy_v2(Pointer stream);

    int cuStreamSynchronize(Pointer stream);

    int cuModuleLoadData(PointerByReference module, byte[] image);

    int cuModuleGetFunction(PointerByReference function, Pointer module, String name);

    int cuFuncSetAttribute(Pointer function, int attribute, int value);

    int cuLaunchKernel(
            Pointer function,
            int gridX,
            int gridY,
            int gridZ,
            int blockX,
            int blockY,
            int blockZ,
            int sharedBytes,
            Pointer stream,
            Pointer parameters,
            Pointer extra);

    int cuGetErrorName(int error, PointerByReference name);

    int cuGetErrorString(int error, PointerByReference text);
}
