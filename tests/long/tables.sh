#!/usr/bin/env bash
# 10,000 generated tables (or COUNT, from SEED), written in every dialect: read back the same, or where they are torn refused with the place.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
BACKPROP_TABLES="${1:-10000}" BACKPROP_SEED="${2:-2}" dotnet run -c Release --project tests/Backprop.Tables.Tests -- -class '*GeneratedTablesTests'
# Rows of generated tables mean the same alone, in company, in any order of columns and from every kind of file.
BACKPROP_TABLES="${1:-10000}" dotnet run -c Release --no-build --project tests/Backprop.Tables.Tests -- -class '*SameRowTests'
