/** The engines for GPUs: kernels of our own compiled for the device at run time, and ND4J's CUDA backend. */
package org.paretopress.kernels.cuda;
