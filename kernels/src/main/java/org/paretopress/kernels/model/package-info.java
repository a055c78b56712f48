/** Model files: what is in them, whether it fits together, and reading it without copying more than is asked for. */
package org.paretopress.kernels.model;
