#!/usr/bin/env bash
# What is published on Linux on x64 is compiled ahead of time: a small command is over before the compiler would have been.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

if [[ "$(uname -sm)" != 'Linux x86_64' ]]; then
  echo "skipped: $(uname -sm) found, what is compiled ahead of time is for Linux on x64"
  exit 77
fi

work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
dotnet publish -c Release src/Backprop.Cli -o "$work/installed" > "$work/publish.log" 2>&1 || { cat "$work/publish.log"; exit 1; }
printf 'a,b,y\n1,2,3\n2,3,5\n3,4,8\n' > "$work/t.csv"

# The least processor time of five runs; without precompiled code, the runtime's own is left out too.
least() {
  for _ in 1 2 3 4 5; do
    (TIMEFORMAT='%U %S'; time "$@" > /dev/null) 2>&1
  done | awk '{ t = $1 + $2; if (NR == 1 || t < least) least = t } END { print least }'
}
with="$(least "$work/installed/backprop" data "$work/t.csv" --json)"
without="$(DOTNET_ReadyToRun=0 least "$work/installed/backprop" data "$work/t.csv" --json)"
echo "a table of three rows: $with s of processor time, $without s where everything is compiled on the way"
awk -v with="$with" -v without="$without" 'BEGIN { exit !(with < 0.35 * without) }' || { echo 'at most 35 % expected'; exit 1; }
