package org.paretopress.tests;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import org.paretopress.kernels.ops.Device;
import org.paretopress.kernels.ops.KernelProvider;
import org.paretopress.kernels.ops.Nd4jOps;
import org.paretopress.kernels.ops.TensorOps;

/** Kernels for GPUs that compute on the CPU, keep levels packed as those of GPUs do, and leave a mark for every device they hear of: a file in a folder. */
public final class FakeGpu implements KernelProvider {

    /** System property: the folder. */
    static final String FOLDER = "fake.gpu.folder";

    /** Writes a jar that offers these kernels; returns it. */
    static Path jar(Path file) throws IOException {
        String classFile = FakeGpu.class.getName().replace('.', '/') + ".class";
        try (JarOutputStream jar = new JarOutputStream(Files.newOutputStream(file));
                InputStream code = FakeGpu.class.getClassLoader().getResourceAsStream(classFile)) {
            jar.putNextEntry(new JarEntry(classFile));
            code.transferTo(jar);
            jar.putNextEntry(new JarEntry("META-INF/services/" + KernelProvider.class.getName()));
            jar.write(FakeGpu.class.getName().getBytes(StandardCharsets.UTF_8));
        }
        return file;
    }

    @Override
    public String name() {
        return "fake";
    }

    @Override
    public Optional<String> obstacle(Device device) {
        mark("asked", device);
        return device.isGpu() ? Optional.empty() : Optional.of("runs on GPUs alone");
    }

    @Override
    public TensorOps open(Device device) {
        mark("opened", device);
        TensorOps ops = new Nd4jOps();
        return (TensorOps) Proxy.newProxyInstance(
                TensorOps.class.getClassLoader(),
                new Class<?>[] {TensorOps.class},
                (proxy, method, arguments) ->
                        method.getName().equals("multipliesPacked") ? true : passedOn(ops, method, arguments));
    }

    private static Object passedOn(TensorOps ops, Method method, Object[] arguments) throws Throwable {
        try {
            return method.invoke(ops, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    private static void mark(String what, Device device) {
        try {
            Files.createFile(Path.of(System.getProperty(FOLDER), what + "-" + device.gpu()));
        } catch (FileAlreadyExistsException e) {
            // heard of before
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
