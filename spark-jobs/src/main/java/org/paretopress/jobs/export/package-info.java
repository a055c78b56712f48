/** Writing models: a point of a run, with proof of what was written; random weights in any shape. */
package org.paretopress.jobs.export;
