/** Compressors: from the weights of a layer and calibration statistics to its levels, and the errors they make. */
package org.paretopress.kernels.compress;
