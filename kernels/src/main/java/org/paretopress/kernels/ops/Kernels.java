package org.paretopress.kernels.ops;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.function.Supplier;

/**
 * The kernels that a device is computed with: the first that are offered for it ({@link KernelProvider}), or those on ND4J's CPU
 * backend.
 */
public final class Kernels {

    /** The kind of those on ND4J's CPU backend. */
    public static final String CPU = "CPU";

    private final Device device;
    private final String kind;
    private final String description;
    private final Supplier<TensorOps> engines;

    private Kernels(Device device, String kind, String description, Supplier<TensorOps> engines) {
        this.device = device;
        this.kind = kind;
        this.description = description;
        this.engines = engines;
    }

    /** Chooses among what the class path offers. */
    public static Kernels on(Device device) {
        return on(device, ServiceLoader.load(KernelProvider.class, Kernels.class.getClassLoader()));
    }

    /** Chooses among some: the first without an obstacle is taken. */
    public static Kernels on(Device device, Iterable<KernelProvider> offered) {
        List<String> obstacles = new ArrayList<>();
        for (KernelProvider provider : offered) {
            Optional<String> obstacle = obstacle(provider, device);
            if (obstacle.isEmpty()) {
                String others = obstacles.isEmpty() ? "" : " (not " + String.join("; ", obstacles) + ")";
                return new Kernels(
                        device,
                        provider.kind(device),
                        provider.description(device) + others,
                        () -> provider.open(device));
            }
            obstacles.add(provider.name() + ": " + inOneLine(obstacle.get()));
        }
        String description = Nd4jOps.description() + " on the CPU";
        if (device.isGpu()) {
            String why = obstacles.isEmpty() ? "this build has no kernels for GPUs" : String.join("; ", obstacles);
            description += ", not on " + device + " (" + why + ")";
        }
        return new Kernels(Device.CPU, CPU, description, Nd4jOps::new);
    }

    /** A library that cannot be loaded is one, too. */
    private static Optional<String> obstacle(KernelProvider provider, Device device) {
        try {
            return provider.obstacle(device);
        } catch (RuntimeException | LinkageError e) {
            return Optional.of(e.toString());
        }
    }

    private static String inOneLine(String obstacle) {
        return obstacle.replace("\nMaybe ", ", maybe ").replace("\n", " ");
    }

    /** Which kernels, where, and why not those that come before them. */
    public String description() {
        return description;
    }

    /** What losses depend on: {@link #CPU}, where last bits may differ by processor, or {@link KernelProvider#kind}. */
    public String kind() {
        return kind;
    }

    /** Whether they compute on a device: not where a GPU has none, and the CPU stands in. */
    public boolean areOn(Device asked) {
        return device.equals(asked);
    }

    /** An engine for one thread. */
    public TensorOps open() {
        return engines.get();
    }
}
