/** Building the level database: statistics over the calibration text, then one Spark task a layer. */
package org.paretopress.jobs.levels;
