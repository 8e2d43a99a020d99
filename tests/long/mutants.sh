#!/usr/bin/env bash
# Plants faults in the formulas of the library, one at a time, and runs the tests against each; fails where less than 99 % are noticed.
# Arguments go to the tool: --only GLOB, --per-file N (0: all), --seed N, --list, --jobs N, --log FILE.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
dotnet build -c Release -v quiet --nologo tests/Backprop.Tests
dotnet run -c Release --project tests/Backprop.Mutation -- "$@"
