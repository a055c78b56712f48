package org.paretopress.kernels.cuda;

/** The GPU, its driver or a library of CUDA refused something. */
public final class CudaException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    CudaException(String message) {
        super(message);
    }

    CudaException(String message, Throwable cause) {
        super(message, cause);
    }
}
