/** Files on any Hadoop file system: read, written atomically, or brought near where they must be memory-mapped. */
package org.paretopress.jobs.storage;
