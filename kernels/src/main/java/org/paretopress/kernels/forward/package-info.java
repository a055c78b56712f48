/** The forward pass of a Llama, where its weights come from, what its predictions are worth, and the way back from there. */
package org.paretopress.kernels.forward;
