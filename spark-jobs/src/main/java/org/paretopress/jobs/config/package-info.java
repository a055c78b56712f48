/** The run configuration: what a user may write, and how it is read and checked. */
package org.paretopress.jobs.config;
