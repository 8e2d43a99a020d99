#!/usr/bin/env bash
# The files of a release: made for every system, and run where that can be had here: Linux on x64, and on Arm64 under qemu (apt-get install qemu-user-static, and
# for Arm64's libraries libc6-arm64-cross libstdc++6-arm64-cross libgcc-s1-arm64-cross). What is run has nothing installed: no .NET, an empty environment.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
status=0
release/build "$work"

try() { # NAME FILE COMMAND…: trains there, and asks a query
  local name="$1" folder="$work/run-$1"
  shift
  mkdir "$folder"
  printf 'a,y\n1,2\n2,4\n3,6\n' > "$folder/t.csv"
  if ! (cd "$folder" && env -i HOME="$folder" "$@" train builtin:iris --preset fast --epochs 5 --quiet --json > train.json 2> log \
    && env -i HOME="$folder" "$@" data --query "SELECT * FROM 't.csv'" --json 2> log | grep -q '"rows":3'); then
    echo "FAILED: $name: $(cat "$folder/log")"
    status=1
    return
  fi
  echo "$name: trains and queries; model $(sed -E 's/.*"sha256":"([0-9a-f]{12}).*/\1/' "$folder/train.json")"
}

tar -C "$work" -xzf "$work"/backprop-*-linux-x64.tar.gz
try linux-x64 "$work"/backprop-*-linux-x64/backprop
qemu="$(command -v qemu-aarch64-static || true)"
if [[ -z "$qemu" || ! -d /usr/aarch64-linux-gnu/lib ]]; then
  echo 'skipped: linux-arm64: no qemu-aarch64-static, or not the libraries of Arm64'
else
  tar -C "$work" -xzf "$work"/backprop-*-linux-arm64.tar.gz
  try linux-arm64 "$qemu" -L /usr/aarch64-linux-gnu "$work"/backprop-*-linux-arm64/backprop
  [[ "$(grep -o '"sha256":"[^"]*' "$work/run-linux-x64/train.json")" == "$(grep -o '"sha256":"[^"]*' "$work/run-linux-arm64/train.json")" ]] || { echo 'FAILED: other bits on Arm64'; status=1; }
fi
echo 'skipped: win-x64 and osx-arm64: made, and there is no such machine to run them on'
exit "$status"
