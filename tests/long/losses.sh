#!/usr/bin/env bash
# Every loss and its δ in float against double at a million drawn points each: prints the worst errors and where they are.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
BACKPROP_POINTS="${1:-1000000}" dotnet run -c Release --project tests/Backprop.Tests -- -class '*LossAccuracyTests' -showLiveOutput
