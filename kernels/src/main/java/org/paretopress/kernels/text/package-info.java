/** From text to token sequences. */
package org.paretopress.kernels.text;
