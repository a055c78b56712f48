/**
 * Where candidates meet the cluster: the Spark application's settings, the model each executor holds, and the evaluator
 * that sends assignments out and gets losses back.
 */
package org.paretopress.jobs.cluster;
