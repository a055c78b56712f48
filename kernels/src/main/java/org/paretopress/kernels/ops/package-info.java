/** The few fused primitives that a forward pass is made of, a plain-Java oracle and an engine on ND4J's OpenBLAS. */
package org.paretopress.kernels.ops;
