package org.paretopress.kernels.cuda;

/** The GPU, its driver or a library of CUDA refused something. */
public final class CudaException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final boolean outOfMemory;

    public CudaException(String message) {
        this(message, false);
    }

    CudaException(String message, boolean outOfMemory) {
        super(message);
        this.outOfMemory = outOfMemory;
    }

    /** The message as a clause for others, see {@link org.paretopress.kernels.ops.KernelProvider#obstacle}. */
    String clause() {
        return getMessage().replaceFirst("^The ", "the ").replaceAll("\\.(?=\\R|$)", "");
    }

    /** Whether there was only too little memory. After other failures of a GPU nothing works there in this process. */
    public boolean isOutOfMemory() {
        return outOfMemory;
    }
}
