# What submit/paretopress and the wrappers of spark-submit share; sourced, not run. They set -euo pipefail.

home=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.." && pwd -P)
target=$home/spark-jobs/target
built=$target/paretopress.built
assembly=$target/paretopress-assembly.jar
spark=${SPARK_HOME:-$home/submit/target/spark}

# fail MESSAGE REMEDY
fail() {
  printf 'paretopress: %s\nMaybe %s\n' "$1" "$2" >&2
  exit 2
}

java=${JAVA_HOME:+$JAVA_HOME/bin/}java
command -v "$java" >/dev/null || fail "there is no Java." "install a JDK 17 or newer, or set JAVA_HOME."

# The options of a driver. Kryo and Spark reach into the packages that are opened.
java_options=(
  -XX:+IgnoreUnrecognizedVMOptions
  --add-modules=jdk.incubator.vector
  --enable-native-access=ALL-UNNAMED
  -Djava.awt.headless=true -Dai.djl.offline=true
  -Dorg.bytedeco.javacpp.maxbytes=0 -Dorg.bytedeco.javacpp.maxphysicalbytes=0
)
for package in java.lang java.lang.invoke java.nio java.util java.util.concurrent sun.nio.ch; do
  java_options+=("--add-opens=java.base/$package=ALL-UNNAMED")
done

# build [assembly]: builds what is missing or older than the sources; the assembly only where it is asked for.
build() {
  local skip=true log
  if [ "${1:-}" = assembly ]; then
    skip=false
    [ "$assembly" -nt "$target/paretopress.jar" ] || rm -f "$built"
  fi
  if [ -e "$built" ] && [ -z "$(find "$home"/pom.xml "$home"/submit/pom.xml "$home"/{search-core,kernels,spark-jobs}/{pom.xml,src/main} \
    -newer "$built" -type f -print -quit)" ]; then
    return
  fi
  echo "paretopress: building (once; minutes on a new machine) ..." >&2
  log=$(mktemp)
  if ! (cd "$home" && ./mvnw -B -ntp -q -Dmaven.test.skip=true -Dspotless.skip=true -Dassembly.skip=$skip \
    -pl spark-jobs,submit -am package) >"$log" 2>&1; then
    cat "$log" >&2
    rm -f "$log"
    echo "paretopress: the build failed." >&2
    exit 1
  fi
  rm -f "$log"
}

require_spark() {
  ls "$spark"/jars/spark-core_2.13-*.jar >/dev/null 2>&1 || fail "SPARK_HOME=$spark has no Spark for Scala 2.13 in jars/." \
    "unset it: the build brings Spark along."
}

# submit MANAGER [SPARK-SUBMIT OPTIONS] -- COMMAND ...: runs a command of Paretopress by spark-submit.
submit() {
  local manager=$1 options=() key value log=''
  shift
  while [ $# -gt 0 ] && [ "$1" != -- ]; do
    options+=("$1")
    shift
  done
  [ $# -gt 1 ] || fail "the command to run is missing." \
    "write it behind two hyphens: submit/$manager OPTIONS OF spark-submit -- search hdfs:///runs/books.yaml"
  shift
  build assembly
  require_spark

  local submitter=("$spark/bin/spark-submit") options_of_driver="${java_options[*]} ${PARETOPRESS_JAVA_OPTS:-}"
  if [ ! -x "${submitter[0]}" ]; then
    [ "$manager" = standalone ] || ls "$spark/jars/spark-$manager"_2.13-*.jar >/dev/null 2>&1 ||
      fail "$manager needs a Spark distribution, which the build does not bring." "set SPARK_HOME to one."
    export SPARK_HOME=$spark SPARK_SCALA_VERSION=2.13
    # shellcheck disable=SC2206 # options of the user, to be split
    submitter=("$java" $options_of_driver -cp "${HADOOP_CONF_DIR:+$HADOOP_CONF_DIR:}${YARN_CONF_DIR:+$YARN_CONF_DIR:}$spark/jars/*" org.apache.spark.deploy.SparkSubmit)
  fi
  while read -r key value; do # the settings of every run; those of the caller come later and win
    case $key in '' | \#*) ;; *) submitter+=(--conf "$key=$value") ;; esac
  done <"$home/conf/spark-defaults.conf"
  # A standalone cluster's drivers get no options by the name that leaves this one to the caller.
  submitter+=(--conf "spark.driver.extraJavaOptions=$options_of_driver")
  exec "${submitter[@]}" "${options[@]}" --class org.paretopress.jobs.cli.Main "$assembly" "$@"
}
