package org.paretopress.kernels.cuda;

import com.sun.jna.Library;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.IntByReference;
import com.sun.jna.ptr.LongByReference;
import com.sun.jna.ptr.PointerByReference;

/** What is used of CUDA's run-time compiler, as {@code nvrtc.h} declares it; the same in CUDA 12 and 13. */
interface NvrtcApi extends Library {

    int nvrtcVersion(IntByReference major, IntByReference minor);

    int nvrtcCreateProgram(
            PointerByReference program, String source, String name, int headers, String[] sources, String[] names);

    int nvrtcCompileProgram(Pointer program, int count, String[] options);

    int nvrtcGetProgramLogSize(Pointer program, LongByReference bytes);

    int nvrtcGetProgramLog(Pointer program, byte[] log);

    int nvrtcGetCUBINSize(Pointer program, LongByReference bytes);

    int nvrtcGetCUBIN(Pointer program, byte[] cubin);

    int nvrtcDestroyProgram(PointerByReference program);

    String nvrtcGetErrorString(int error);
}
