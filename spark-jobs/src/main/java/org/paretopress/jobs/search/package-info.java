/** The main job: levels, search, baselines, final scoring and report. Here search and kernels meet. */
package org.paretopress.jobs.search;
