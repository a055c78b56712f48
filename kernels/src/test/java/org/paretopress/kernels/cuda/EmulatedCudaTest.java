package org.paretopress.kernels.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.jna.NativeLibrary;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The emulator against plain Java. */
class EmulatedCudaTest {

    @BeforeAll
    static void available() {
        EmulatedCuda.assumeAvailable();
    }

    @Test
    void threeLibrariesAreOneThatSharesItsState() throws Exception {
        Path folder = EmulatedCuda.folder();
        NativeLibrary driver =
                NativeLibrary.getInstance(folder.resolve("libcuda.so.1").toString());
        NativeLibrary blas =
                NativeLibrary.getInstance(folder.resolve("libcublasLt.so.13").toString());
        assertThat(folder.resolve("libnvrtc.so.13")).exists();
        assertThat(Files.exists(folder.resolve("primitives.cuh"))).isTrue();
        assertThat(blas.getFunction("cuInit")).isNotNull();
        assertThat(com.sun.jna.Pointer.nativeValue(blas.getFunction("cuInit")))
                .isEqualTo(com.sun.jna.Pointer.nativeValue(driver.getFunction("cuInit")));
    }
}
