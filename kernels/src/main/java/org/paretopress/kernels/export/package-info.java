/** Compressed models and configurations in the formats of other tools. */
package org.paretopress.kernels.export;
