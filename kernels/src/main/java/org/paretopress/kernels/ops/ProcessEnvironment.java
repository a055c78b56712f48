package org.paretopress.kernels.ops;

import com.sun.jna.NativeLibrary;

/** Variables of this process as native libraries read them: Java cannot change its environment, the C library can. */
public final class ProcessEnvironment {

    private ProcessEnvironment() {}

    /**
     * Sets a variable for libraries that are loaded later.
     *
     * @return whether it was set; not where it had a value
     * @throws LinkageError where this system's C library has no such thing
     */
    public static boolean setIfAbsent(String variable, String value) {
        NativeLibrary c = NativeLibrary.getProcess();
        if (c.getFunction("getenv").invokePointer(new Object[] {variable}) != null) {
            return false;
        }
        c.getFunction("setenv").invokeInt(new Object[] {variable, value, 0});
        return true;
    }
}
