/** The forward pass of a Llama, where its weights come from, and what its predictions are worth. */
package org.paretopress.kernels.forward;
