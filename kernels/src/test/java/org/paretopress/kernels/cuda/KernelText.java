package org.paretopress.kernels.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.StringWriter;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodHandles.Lookup;
import java.lang.invoke.MethodType;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongToIntFunction;
import java.util.regex.Pattern;
import javax.tools.FileObject;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/**
 * The text of {@code levels.cuh} and {@code ggml.cuh}, compiled as Java: all but CUDA's own part, for which accessors that call back stand in.
 * Running it emulates what one thread of a GPU computes, above all its index arithmetic, because both languages give the
 * same meaning to the int, long and float operations that the text keeps to.
 */
final class KernelText {

    private static final String TEXT = KernelCompiler.text("levels.cuh") + KernelCompiler.text("ggml.cuh");
    private static final Pattern CUDA_PART = Pattern.compile("(?s)^// \\{\n.*^// }\n", Pattern.MULTILINE);

    private static final String JAVA_PART = """
            static int u8(BYTES payload, long position) {
                return payload.applyAsInt(position);
            }

            static int i8(BYTES payload, long position) {
                return (byte) u8(payload, position);
            }

            static int u16(BYTES payload, long position) {
                return (int) aligned(payload, position, 2);
            }

            static int u16_from(BYTES payload, long start, int i) {
                return u16(payload, start + 2L * i);
            }

            static int i32(BYTES payload, long position) {
                return (int) aligned(payload, position, 4);
            }

            static long i64(BYTES payload, long position) {
                return aligned(payload, position, 8);
            }

            static long aligned(BYTES payload, long position, int bytes) {
                if (position % bytes != 0) {
                    throw new IllegalArgumentException(bytes + " bytes at " + position + " are not aligned");
                }
                long bits = 0;
                for (int i = 0; i < bytes; i++) {
                    bits |= (long) u8(payload, position + i) << 8 * i;
                }
                return bits;
            }

            static float half(int bits) {
                if (bits >> 16 != 0) {
                    throw new IllegalArgumentException(bits + " has more than 16 bits");
                }
                int exponent = bits >> 10 & 31;
                float significand = (bits & 1023) + (exponent == 0 ? 0 : 1024);
                float magnitude = Math.scalb(significand, Math.max(exponent, 1) - 25);
                return bits < 1 << 15 ? magnitude : -magnitude;
            }

            static int at(INTS index, long i) {
                return index.applyAsInt(i);
            }

            static int ones(long bits) {
                return Long.bitCount(bits);
            }

            static void put(FLOATS out, int k, float weight) {
                out[k] = weight;
            }

            static long times(int a, int b) {
                return (long) a * b;
            }

            static float difference(int n, int zero) {
                if (Math.min(n, zero) < 0 || Math.max(n, zero) >= 1 << 22) {
                    throw new IllegalArgumentException(n + " - " + zero + " is not taken from positive numbers");
                }
                return (float) (n - zero);
            }

            static float byte_difference(int four, int k, int zero) {
                return difference(four >> 8 * k & 255, zero);
            }

            static float multiply(float a, float b) {
                return a * b;
            }

            static float multiply_subtract(float a, float b, float c) {
                float product = a * b;
                if (product != (double) a * b) {
                    throw new IllegalArgumentException(a + " * " + b + " is rounded");
                }
                return product - c;
            }
            """;

    private static final MethodType FORM = MethodType.methodType(
            float.class,
            LongToIntFunction.class,
            LongToIntFunction.class,
            int.class,
            int.class,
            int.class,
            int.class,
            int.class,
            int.class,
            int.class);

    private static final MethodType FORM_OF_EIGHT =
            FORM.changeReturnType(void.class).appendParameterTypes(float[].class);

    private final Lookup functions;

    private KernelText(Lookup functions) {
        this.functions = functions;
    }

    static KernelText compile() throws IllegalAccessException {
        assertThat(CUDA_PART.matcher(TEXT).results()).as("CUDA's own part").hasSize(1);
        String functions = (JAVA_PART + CUDA_PART.matcher(TEXT).replaceFirst(""))
                .replaceAll("\\bDEVICE\\b", "static")
                .replaceAll("\\bFLOATS\\b", "float[]")
                .replaceAll("\\b(BYTES|INTS)\\b", "java.util.function.LongToIntFunction");
        String source = "package " + KernelText.class.getPackageName() + ";\nclass Levels {\n" + functions + "}\n";
        return new KernelText(MethodHandles.lookup().defineHiddenClass(compiled(source), true));
    }

    private static byte[] compiled(String source) {
        ByteArrayOutputStream compiled = new ByteArrayOutputStream();
        JavaFileObject in = new SimpleJavaFileObject(URI.create("string:///Levels.java"), JavaFileObject.Kind.SOURCE) {
            @Override
            public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                return source;
            }
        };
        JavaFileObject out = new SimpleJavaFileObject(URI.create("bytes:///Levels.class"), JavaFileObject.Kind.CLASS) {
            @Override
            public OutputStream openOutputStream() {
                return compiled;
            }
        };
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        JavaFileManager files =
                new ForwardingJavaFileManager<JavaFileManager>(
                        compiler.getStandardFileManager(null, null, StandardCharsets.UTF_8)) {
                    @Override
                    public JavaFileObject getJavaFileForOutput(
                            Location location, String className, JavaFileObject.Kind kind, FileObject sibling) {
                        return out;
                    }
                };
        StringWriter complaints = new StringWriter();
        boolean valid = compiler.getTask(complaints, files, null, List.of("-proc:none"), null, List.of(in))
                .call();
        assertThat(valid).as("as Java: %s", complaints).isTrue();
        return compiled.toByteArray();
    }

    /** Whether the function of a kernel gives eight weights a call. */
    static boolean givesEight(LevelKernel kernel) {
        return kernel.function().endsWith("_eight");
    }

    /**
     * What a call gives: the weight at a column, or the eight from there on.
     *
     * @param payload gives the unsigned byte at a position
     * @param index gives a number of the index
     */
    float[] weights(
            LevelKernel kernel,
            LongToIntFunction payload,
            LongToIntFunction index,
            int row,
            int column,
            int rows,
            int columns) {
        boolean eight = givesEight(kernel);
        float[] weights = new float[eight ? 8 : 1];
        try {
            MethodHandle function =
                    functions.findStatic(functions.lookupClass(), kernel.function(), eight ? FORM_OF_EIGHT : FORM);
            if (eight) {
                Arrays.fill(weights, Float.NaN);
                function.invokeExact(
                        payload, index, row, column, rows, columns, kernel.a(), kernel.b(), kernel.c(), weights);
            } else {
                weights[0] = (float) function.invokeExact(
                        payload, index, row, column, rows, columns, kernel.a(), kernel.b(), kernel.c());
            }
            return weights;
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new AssertionError("no function " + kernel.function() + " of the common form", e);
        }
    }
}
