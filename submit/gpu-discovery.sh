#!/usr/bin/env bash
# What spark.worker.resource.gpu.discoveryScript and spark.executor.resource.gpu.discoveryScript ask for: the GPUs of this
# machine, as one line of JSON.
set -euo pipefail
if [ -n "${CUDA_VISIBLE_DEVICES:-}" ]; then # who sees some of them alone counts those from 0 on
  awk -F, '{ for (i = 0; i < NF; i++) printf "%s\"%d\"", (i ? ", " : "{\"name\": \"gpu\", \"addresses\": ["), i; print "]}" }' <<<"$CUDA_VISIBLE_DEVICES"
  exit
fi
nvidia-smi --query-gpu=index --format=csv,noheader |
  awk '{ printf "%s\"%s\"", (NR > 1 ? ", " : "{\"name\": \"gpu\", \"addresses\": ["), $1 } END { if (NR == 0) exit 1; print "]}" }'
