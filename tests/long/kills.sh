#!/usr/bin/env bash
# A thousand SIGKILLs at random moments of training with checkpoints, at one and two threads: every run ends on the bits of an undisturbed one.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
BACKPROP_KILLS="${1:-1000}" dotnet run -c Release --project tests/Backprop.Cli.Tests -- -class 'Backprop.Cli.Tests.KillTests' -showLiveOutput
