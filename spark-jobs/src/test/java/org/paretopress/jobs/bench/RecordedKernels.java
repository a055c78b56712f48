package org.paretopress.jobs.bench;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.paretopress.kernels.ops.Device;
import org.paretopress.kernels.ops.KernelProvider;
import org.paretopress.kernels.ops.Kernels;
import org.paretopress.kernels.ops.Precision;
import org.paretopress.kernels.ops.TensorOps;

/** ND4J's CPU engine as if it were a GPU's; every call of it is written down. */
final class RecordedKernels implements KernelProvider {

    private final List<Call> calls = new ArrayList<>();

    /** A call of an engine; {@code open} is that which made it. */
    record Call(String method, Object[] arguments) {}

    /** The kernels to give to what is tested. */
    Kernels kernels() {
        return Kernels.on(new Device("0", Precision.FLOAT32), List.of(this));
    }

    /** The calls of a method so far. */
    List<Call> of(String method) {
        return calls.stream().filter(call -> call.method().equals(method)).toList();
    }

    @Override
    public String name() {
        return "recorded";
    }

    @Override
    public Optional<String> obstacle(Device device) {
        return Optional.empty();
    }

    @Override
    public TensorOps open(Device device) {
        TensorOps ops = Kernels.on(Device.CPU, List.of()).open();
        calls.add(new Call("open", new Object[] {device}));
        return (TensorOps) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {TensorOps.class}, (proxy, method, arguments) -> {
                    calls.add(new Call(method.getName(), arguments));
                    try {
                        return method.invoke(ops, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }
}
