/** What a run starts from: a checked model and text cut into sequences. */
package org.paretopress.jobs.input;
