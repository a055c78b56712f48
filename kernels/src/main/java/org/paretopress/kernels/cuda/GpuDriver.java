package org.paretopress.kernels.cuda;

import com.sun.jna.Native;
import com.sun.jna.ptr.IntByReference;
import com.sun.jna.ptr.PointerByReference;
import org.paretopress.kernels.ops.ProcessEnvironment;

/** CUDA's driver: what it says of its GPUs, and what it says of errors. */
final class GpuDriver implements GpuProbe {

    private final CudaLibraries libraries;
    private DriverApi api;

    GpuDriver(CudaLibraries libraries) {
        this.libraries = libraries;
    }

    /** Loads the driver and starts it, the first time. */
    synchronized DriverApi api() {
        if (api == null) {
            // nvidia-smi, which discovery scripts ask, counts GPUs in this order.
            ProcessEnvironment.setIfAbsent("CUDA_DEVICE_ORDER", "PCI_BUS_ID");
            DriverApi loaded = libraries.driver();
            check(loaded, loaded.cuInit(0), "start");
            api = loaded;
        }
        return api;
    }

    @Override
    public GpuProperties of(String address) {
        DriverApi driver = api();
        IntByReference version = new IntByReference();
        check(driver, driver.cuDriverGetVersion(version), "ask for its version");
        int device = device(address);
        byte[] name = new byte[256];
        check(driver, driver.cuDeviceGetName(name, name.length, device), "ask for the name of GPU " + address);
        return new GpuProperties(
                Native.toString(name),
                attribute(device, DriverApi.ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR),
                attribute(device, DriverApi.ATTRIBUTE_COMPUTE_CAPABILITY_MINOR),
                version.getValue());
    }

    /** The driver's handle of a GPU. */
    int device(String address) {
        IntByReference count = new IntByReference();
        check(api(), api().cuDeviceGetCount(count), "count its GPUs");
        if (!address.matches("\\d{1,4}") || Integer.parseInt(address) >= count.getValue()) {
            throw new CudaException("The driver knows no GPU \"" + address + "\": it counts " + count.getValue()
                    + ", from 0 on.\nMaybe the discovery script names GPUs that this process may not see.");
        }
        IntByReference device = new IntByReference();
        check(api(), api().cuDeviceGet(device, Integer.parseInt(address)), "open GPU " + address);
        return device.getValue();
    }

    private int attribute(int device, int attribute) {
        IntByReference value = new IntByReference();
        check(api(), api().cuDeviceGetAttribute(value, attribute, device), "ask for attribute " + attribute);
        return value.getValue();
    }

    /** Throws what the driver says of an error. */
    static void check(DriverApi driver, int error, String what) {
        if (error != 0) {
            throw new CudaException("The driver cannot " + what + ": " + describe(driver, error)
                    + ".\nMaybe the driver's log (dmesg) says more, or a later driver helps.");
        }
    }

    static String describe(DriverApi driver, int error) {
        PointerByReference name = new PointerByReference();
        PointerByReference text = new PointerByReference();
        if (driver.cuGetErrorName(error, name) != 0 || driver.cuGetErrorString(error, text) != 0) {
            return "error " + error;
        }
        return name.getValue().getString(0) + ", " + text.getValue().getString(0);
    }
}
