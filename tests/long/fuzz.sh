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
for assembly in Backprop Backprop.Tables Backprop.Cli; do
  artifacts/fuzz/tool/sharpfuzz "$out/$assembly.dll" || echo "$assembly: as it was"
done
# 17 targets, each as long as the others, and at least a second
seconds="$(awk -v minutes="$minutes" 'BEGIN { s = minutes * 60 / 17; printf "%.1f", s < 1 ? 1 : s }')"
export DOTNET_GCHeapHardLimit=0x60000000 DOTNET_TieredPGO=0
[[ -w /dev/shm ]] && export TMPDIR=/dev/shm # some readers take files
status=0
for target in safetensors checkpoint npy npz npz-inside idx idx-gz schema network specification configuration parquet-footer table-text csv json jsonl parquet; do
  dotnet "$out/Backprop.Fuzz.dll" "$seconds" "$target" "${FUZZ_SEED:-1}" artifacts/fuzz/findings || { echo "FAILED: $target (exit code $?)"; status=1; }
done
exit "$status"
