/** The command line: one class a command, exit codes and messages in one place. */
package org.paretopress.jobs.cli;
