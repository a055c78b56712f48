package org.paretopress.kernels.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.StringWriter;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodHandles.Lookup;
import java.lang.invoke.MethodType;
import java.net.URI;
import java.nio.charset.StandardCharsets;
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
 * The text of {@code levels.cuh}, compiled as Java: all but CUDA's own part, for which accessors that call back stand in.
 * Running it emulates what one thread of a GPU computes, above all its index arithmetic, because both languages give the
 * same meaning to the int, long and float operations that the text keeps to.
 */
final class KernelText {

    private static final String RESOURCE = "levels.cuh";
    private static final Pattern CUDA_PART = Pattern.compile("(?s)^// \\{\n.*^// }\n", Pattern.MULTILINE);

    private static final String JAVA_PART = """
            static int u8(BYTES payload, long position) {
                return payload.applyAsInt(position);
            }

            static int i8(BYTES payload, long position) {
                return (byte) u8(payload, position);
            }

            static float f16(BYTES payload, long position) {
                int bits = u8(payload, position) | u8(payload, position + 1) << 8;
                int exponent = bits >> 10 & 31;
                float significand = (bits & 1023) + (exponent == 0 ? 0 : 1024);
                float magnitude = Math.scalb(significand, Math.max(exponent, 1) - 25);
                return bits < 1 << 15 ? magnitude : -magnitude;
            }

            static long word(BYTES payload, long position, int bytes) {
                long bits = 0;
                for (int i = 0; i < bytes; i++) {
                    bits |= (long) u8(payload, position + i) << 8 * i;
                }
                return bits;
            }

            static int at(INTS index, long i) {
                return index.applyAsInt(i);
            }

            static int ones(long bits) {
                return Long.bitCount(bits);
            }

            static float multiply(float a, float b) {
                return a * b;
            }

            static float subtract(float a, float b) {
                return a - b;
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

    private final Lookup functions;

    private KernelText(Lookup functions) {
        this.functions = functions;
    }

    static KernelText compile() throws IOException, IllegalAccessException {
        String text;
        try (InputStream resource = LevelKernel.class.getResourceAsStream(RESOURCE)) {
            text = new String(resource.readAllBytes(), StandardCharsets.UTF_8);
        }
        assertThat(CUDA_PART.matcher(text).results()).as("CUDA's own part").hasSize(1);
        String functions = (JAVA_PART + CUDA_PART.matcher(text).replaceFirst(""))
                .replaceAll("\\bDEVICE\\b", "static")
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
        assertThat(valid).as("%s as Java: %s", RESOURCE, complaints).isTrue();
        return compiled.toByteArray();
    }

    /**
     * What a thread computes for one weight.
     *
     * @param payload gives the unsigned byte at a position
     * @param index gives a number of the index
     */
    float weight(
            LevelKernel kernel,
            LongToIntFunction payload,
            LongToIntFunction index,
            int row,
            int column,
            int rows,
            int columns) {
        try {
            return (float) functions
                    .findStatic(functions.lookupClass(), kernel.function(), FORM)
                    .invokeExact(payload, index, row, column, rows, columns, kernel.a(), kernel.b(), kernel.c());
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new AssertionError("levels.cuh has no function " + kernel.function() + " of the common form", e);
        }
    }
}
