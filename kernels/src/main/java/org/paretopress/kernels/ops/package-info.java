/** The few fused primitives that a forward pass is made of, a plain-Java oracle, an engine on ND4J's OpenBLAS and one of ND4J's array operations. */
package org.paretopress.kernels.ops;
