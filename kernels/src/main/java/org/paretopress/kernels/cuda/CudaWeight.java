package org.paretopress.kernels.cuda;

import org.paretopress.kernels.ops.Weight;

/** A layer's weight in a GPU's memory, in one of the forms in which it can be multiplied. */
sealed interface CudaWeight extends Weight permits CudaTensor, CudaWeight.Packed, CudaWeight.Factors, CudaWeight.Sum {

    /**
     * A level as its payload stands in the level database.
     *
     * @param index what else the kernel reads
     */
    record Packed(
            int rows,
            int columns,
            LevelKernel kernel,
            CudaDevice.Memory payload,
            CudaDevice.Memory index,
            long sizeInBytes)
            implements CudaWeight {
        @Override
        public void close() {
            payload.close();
            index.close();
        }
    }

    /** The product left · right, never formed. left: outputs × rank, right: rank × inputs. */
    record Factors(CudaTensor left, CudaTensor right) implements CudaWeight {
        @Override
        public int rows() {
            return left.rows();
        }

        @Override
        public int columns() {
            return right.columns();
        }

        @Override
        public long sizeInBytes() {
            return left.sizeInBytes() + right.sizeInBytes();
        }

        @Override
        public void close() {
            left.close();
            right.close();
        }
    }

    /** Two weights of one shape, added. */
    record Sum(CudaWeight level, CudaWeight product) implements CudaWeight {
        @Override
        public int rows() {
            return level.rows();
        }

        @Override
        public int columns() {
            return level.columns();
        }

        @Override
        public long sizeInBytes() {
            return level.sizeInBytes() + product.sizeInBytes();
        }

        @Override
        public void close() {
            level.close();
            product.close();
        }
    }
}
