#!/usr/bin/env bash
# What spark.worker.resource.gpu.discoveryScript and spark.executor.resource.gpu.discoveryScript ask for: the GPUs of this
# machine, as one line of JSON.
set -euo pipefail

none() {
  printf '%s\n' "${1//$'\n'/ }" >&2
  exit 1
}

if [ -n "${CUDA_VISIBLE_DEVICES+set}" ]; then # who sees some of them alone counts those from 0 on
  IFS=, read -ra seen <<<"$CUDA_VISIBLE_DEVICES"
  [ "${#seen[@]}" -gt 0 ] || none "CUDA_VISIBLE_DEVICES is empty, which hides every GPU"
  for one in "${seen[@]}"; do # CUDA stops at the first that it does not know
    [[ $one =~ ^\ *([0-9]+|(GPU|MIG)-.+)$ ]] || none "CUDA_VISIBLE_DEVICES=$CUDA_VISIBLE_DEVICES names no GPU by '$one'"
  done
  found=("${!seen[@]}")
else
  command -v nvidia-smi >/dev/null || none "there is no nvidia-smi on the PATH"
  told=$(nvidia-smi --query-gpu=index --format=csv,noheader) || none "nvidia-smi finds no GPU: $told"
  read -ra found <<<"${told//$'\n'/ }"
  [ "${#found[@]}" -gt 0 ] || none "nvidia-smi finds no GPU"
fi
printf -v addresses ', "%s"' "${found[@]}"
printf '{"name": "gpu", "addresses": [%s]}\n' "${addresses:2}"
