/** What a run leaves behind: its directory, the contents of its files, and the progress people see while it works. */
package org.paretopress.jobs.run;
