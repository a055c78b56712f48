/** How fast this machine runs a model, against what its products could reach. */
package org.paretopress.jobs.bench;
