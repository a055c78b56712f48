/** Writing a point of a run as a model, and proving what was written. */
package org.paretopress.jobs.export;
