/** The block formats of ggml, as llama.cpp reads them from GGUF files: layouts, exact values, and fits of their grids. */
package org.paretopress.kernels.ggml;
