#!/usr/bin/env bash
# Every float element function over all 2³² floats: prints the worst input of each; fails above 2 units of the last place.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
dotnet run -c Release --project tests/Backprop.Accuracy -- "$@"
