"""The same with Airflow, through spark-submit of its Apache Spark provider. A retry goes on where the attempt before it was."""

from datetime import datetime, timedelta

from airflow import DAG
from airflow.providers.apache.spark.operators.spark_submit import SparkSubmitOperator

with DAG(
    dag_id="paretopress_nightly",
    schedule="0 2 * * *",
    start_date=datetime(2026, 1, 1),
    catchup=False,
    max_active_runs=1,
) as dag:
    SparkSubmitOperator(
        task_id="sweep",
        conn_id="spark_default",
        application="/opt/paretopress/spark-jobs/target/paretopress-assembly.jar",
        java_class="org.paretopress.jobs.cli.Main",
        application_args=["sweep", "hdfs:///sweeps/nightly.yaml", "--json"],
        properties_file="/opt/paretopress/conf/spark-defaults.conf",
        conf={
            "spark.driver.extraJavaOptions": "--add-modules=jdk.incubator.vector --add-opens=java.base/java.nio=ALL-UNNAMED "
            "--add-opens=java.base/java.lang.invoke=ALL-UNNAMED --add-opens=java.base/java.util=ALL-UNNAMED "
            "-Dorg.bytedeco.javacpp.maxbytes=0 -Dorg.bytedeco.javacpp.maxphysicalbytes=0",
        },
        retries=2,
        retry_delay=timedelta(minutes=10),
    )
