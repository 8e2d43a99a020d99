#!/usr/bin/env bash
# Fuzzes every reader: fuzz.sh [MINUTES] in all, 5 unless said. Branches are seen by SharpFuzz, which rewrites copies of the assemblies.
# Prints executions, branches and findings of each target; fails where an input crashes, hangs or fills the memory. Such inputs are kept in
# artifacts/fuzz, and `Backprop.Fuzz run TARGET FILE` meets one again. FUZZ_SEED says which mutations (1).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
minutes="${1:-5}"
out=artifacts/fuzz/bin
dotnet build -c Release tests/Backprop.Fuzz -o "$out" --nologo -v quiet
[[ -x artifacts/fuzz/tool/sharpfuzz ]] || dotnet tool install SharpFuzz.CommandLine --version 2.3.0 --tool-path artifacts/fuzz/tool
# not Backprop.Sql, which no target takes: it has no reader of its own, queries and their files are parsed by DuckDB, which is native code
for assembly in Backprop Backprop.Tables Backprop.Onnx Backprop.Interchange Backprop.Cli PureHDF; do
  artifacts/fuzz/tool/sharpfuzz "$out/$assembly.dll" || echo "$assembly: as it was"
done
export DOTNET_GCHeapHardLimit=0x60000000 DOTNET_TieredPGO=0 DOTNET_PROCESSOR_COUNT=1
mapfile -t targets < <(dotnet "$out/Backprop.Fuzz.dll" list)
jobs="$(nproc)"
# each target as long as the others, and at least a second
seconds="$(awk -v minutes="$minutes" -v jobs="$jobs" -v targets="${#targets[@]}" 'BEGIN { s = minutes * 60 * jobs / targets; printf "%.1f", s < 1 ? 1 : s }')"
printf '%s\n' "${targets[@]}" | xargs -P "$jobs" -I TARGET dotnet "$out/Backprop.Fuzz.dll" "$seconds" TARGET "${FUZZ_SEED:-1}" artifacts/fuzz/findings
