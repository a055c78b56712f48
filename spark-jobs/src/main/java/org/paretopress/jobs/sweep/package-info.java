/** Many searches as one Spark application; only what is missing or changed runs. */
package org.paretopress.jobs.sweep;
