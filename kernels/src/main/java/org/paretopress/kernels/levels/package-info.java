/**
 * Compressed layers on disk and in memory: packed matrices, the layer file that holds all levels of one layer, the
 * manifest that lists them, and the database that serves them to concurrent readers.
 */
package org.paretopress.kernels.levels;
