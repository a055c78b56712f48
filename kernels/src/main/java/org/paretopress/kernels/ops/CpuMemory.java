package org.paretopress.kernels.ops;

import org.bytedeco.javacpp.FloatPointer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** 32-bit floats beside the heap, with undefined contents, where native code of the CPU reaches them. */
interface CpuMemory extends AutoCloseable {

    /** The first float. */
    FloatPointer start();

    @Override
    void close();

    /** Where memory comes from. */
    interface Source {
        CpuMemory allocate(int rows, int columns);
    }

    /** ND4J, unless it may compute on a GPU in this JVM and would hand out memory there; then JavaCPP. */
    static Source ofThisJvm() {
        return CudaBackend.isOnClassPath() ? Plain::new : Array::new;
    }

    /** An array of ND4J's CPU backend. */
    record Array(INDArray array, FloatPointer start) implements CpuMemory {

        Array(int rows, int columns) {
            this(Nd4j.createUninitialized(DataType.FLOAT, new long[] {rows, columns}, 'c'));
        }

        private Array(INDArray array) {
            this(array, new FloatPointer(array.data().addressPointer()));
        }

        @Override
        public void close() {
            array.close();
        }
    }

    /** Memory of JavaCPP; like that of ND4J it is given back when nobody can reach it any more. */
    record Plain(FloatPointer start) implements CpuMemory {

        Plain(int rows, int columns) {
            this(new FloatPointer((long) rows * columns));
        }

        @Override
        public void close() {
            start.deallocate();
        }
    }
}
