#!/usr/bin/env bash
# lbfgs beside scipy's L-BFGS-B on fifty networks of one minimum each, for every seed given (1 2 3): no minimum may be worse by a millionth.
# Says too what becomes of networks of several minima, where either may find the lower one.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
dotnet build -c Release tests/Backprop.Tests > "$work/log" || { cat "$work/log"; exit 1; }
for seed in "${@:-1 2 3}"; do
  for one in $seed; do
    /usr/bin/python3 tests/Fixtures/make_minima.py "$one" "$work/minima.json.gz"
    BACKPROP_MINIMA="$work/minima.json.gz" dotnet run --no-build -c Release --project tests/Backprop.Tests -- -class '*MinimaTests' -showLiveOutput
  done
done
