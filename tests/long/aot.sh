#!/usr/bin/env bash
# The programs of tests/aot (arrays, records, a CSV file; each trains, predicts, saves and loads), compiled ahead of time: no warning of the
# trimmer or the compiler, and the same output to the last bit as under the just-in-time compiler. Says sizes, and how long
# a program takes to start (and stop at once), and to run.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
export DOTNET_NOLOGO=true DOTNET_CLI_UI_LANGUAGE=en MSBUILDDISABLENODEREUSE=1
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT

milliseconds() { # FOLDER COMMAND…: runs it there, its output into the file output
  local start
  start="$(date +%s%N)"
  (cd "$1"; shift; "$@" > output)
  echo $((($(date +%s%N) - start) / 1000000))
}

status=0
for program in tests/aot/*.cs; do
  name="$(basename "$program" .cs)"
  dotnet publish "$program" -o "$work/$name" > "$work/log" 2>&1 || { cat "$work/log"; exit 1; }
  if grep -E 'warning|IL[23][0-9]{3}' "$work/log"; then
    echo "FAILED: $name: warnings"
    status=1
  fi
  dotnet build -c Release "$program" -o "$work/$name-jit" > "$work/log" 2>&1 || { cat "$work/log"; exit 1; }
  mkdir "$work/$name-1" "$work/$name-2"
  jit_start="$(milliseconds "$work/$name-1" dotnet "$work/$name-jit/$name.dll")"
  start="$(milliseconds "$work/$name-2" "$work/$name/$name")"
  jit="$(milliseconds "$work/$name-1" dotnet "$work/$name-jit/$name.dll" model.safetensors)"
  native="$(milliseconds "$work/$name-2" "$work/$name/$name" model.safetensors)"
  if ! diff "$work/$name-1/output" "$work/$name-2/output" || ! cmp "$work/$name-1/model.safetensors" "$work/$name-2/model.safetensors"; then
    echo "FAILED: $name: not the same as under the just-in-time compiler"
    status=1
  fi
  cat "$work/$name-2/output"
  echo "$name: $(($(stat -c %s "$work/$name/$name") / 1024)) KB; starts in $start ms, runs in $native ms; just in time: $jit_start and $jit ms"
done
exit "$status"
