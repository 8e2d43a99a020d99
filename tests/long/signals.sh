#!/usr/bin/env bash
# SIGINT, SIGTERM, SIGHUP and SIGKILL at 200 random moments of training: there is always one whole model, the best so far or the older one.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
BACKPROP_SIGNALS="${1:-200}" dotnet run -c Release --project tests/Backprop.Cli.Tests -- -class 'Backprop.Cli.Tests.SignalTests' -showLiveOutput
