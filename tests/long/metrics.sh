#!/usr/bin/env bash
# Every metric beside scikit-learn's over 10,000 generated cases (or COUNT, from SEED): prints the worst difference of each; fails above 1e-12.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT

python="${PYTHON:-/usr/bin/python3}"
found="$("$python" -c 'import sklearn; print(sklearn.__version__)' 2> /dev/null || true)"
if [ "$found" != 1.2.1 ]; then
  echo "skipped: $python has scikit-learn ${found:-no version of it}, the definitions are those of 1.2.1 (apt-get install python3-sklearn)"
  exit 77
fi

"$python" tests/Fixtures/make_metrics.py "${1:-10000}" "${2:-2}" "$work/cases.json.gz"
status=0
BACKPROP_METRICS="$work/cases.json.gz" dotnet run -c Release --project tests/Backprop.Tests -- -method '*.GeneratedMetricsAreScikitLearns' > "$work/log" 2>&1 || status=$?
if [ ! -s "$work/cases.json.gz.worst" ]; then
  cat "$work/log"
  exit 1
fi

cat "$work/cases.json.gz.worst"
[ "$status" = 0 ] || { cat "$work/log"; exit "$status"; }
