#!/usr/bin/env bash
# tests/same-bits trains a network with every activation, loss, optimizer, schedule, initializer and part, in float and double. Here it runs on
# whatever machines can be had: x64 under the just-in-time compiler on each of its vectors and on three threads, compiled ahead of time for three
# generations of x64, for Arm64 (under qemu) and for WebAssembly (under Node). All must end on the bits of the first, and those on the table of
# docs/promises.md: --record writes it. A machine that cannot be had here is skipped, and counted.
#   apt-get install nodejs qemu-user-static gcc-aarch64-linux-gnu libc6-dev-arm64-cross
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
export DOTNET_NOLOGO=true DOTNET_CLI_UI_LANGUAGE=en MSBUILDDISABLENODEREUSE=1
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
table=docs/promises.md
status=0 ran=0 skipped=0

quietly() { "$@" > "$work/log" 2>&1 || { cat "$work/log"; exit 1; }; }

skip() { # MACHINE REASON
  skipped=$((skipped + 1))
  echo "skipped: $1: $2"
}

# MACHINE VECTORS COMMAND…: compares each case with the first machine's. VECTORS are what it must really run on.
run() {
  local machine="$1" vectors="$2"
  shift 2
  "$@" > "$work/output" || { echo "FAILED: $machine: ended with $?"; status=1; return; }
  grep -v '^#' "$work/output" > "$work/bytes" || true
  [[ "$(sed -n 's/^# \([^ ]*\) .*/\1/p' "$work/output")" == "$vectors" ]] || { echo "FAILED: $machine: $vectors expected, $(grep '^#' "$work/output") found"; status=1; }
  ran=$((ran + 1))
  if (( ran == 1 )); then
    cp "$work/bytes" "$work/first"
    echo "$machine: $(wc -l < "$work/first") networks"
  elif cmp -s "$work/bytes" "$work/first"; then
    echo "$machine: the same bits"
  else
    echo "FAILED: $machine: other bits: $(diff "$work/first" "$work/bytes" | sed -n 's/^> \([^ ]*\) .*/\1/p' | head -20 | tr '\n' ' ')"
    status=1
  fi
}

if [[ "$(uname -m)" != x86_64 ]]; then
  echo "skipped: $(uname -m) found, an x64 machine is needed to compare the others with"
  exit 77
fi

quietly dotnet build -c Release tests/same-bits/same-bits.csproj -o "$work/jit"
jit=(dotnet "$work/jit/same-bits.dll")
vectors="$("${jit[@]}" | sed -n 's/^# \([^ ]*\) .*/\1/p')"
run "x64, just in time, $vectors" "$vectors" "${jit[@]}"
run "x64, just in time, $vectors, 3 threads" "$vectors" "${jit[@]}" 3
if [[ "$vectors" == avx512 ]]; then
  run 'x64, just in time, avx2' avx2 env DOTNET_EnableAVX512=0 "${jit[@]}"
else
  skip 'x64, just in time, avx512' "the processor has $vectors"
fi
run 'x64, just in time, vector128' vector128 env DOTNET_EnableAVX2=0 "${jit[@]}"
run 'x64, just in time, scalar' scalar env DOTNET_EnableHWIntrinsic=0 "${jit[@]}"

native() { dotnet publish -c Release tests/same-bits/same-bits.csproj "$@"; } # OPTIONS…
quietly native -o "$work/v3"
run 'x64, ahead of time, as it comes' avx2 "$work/v3/same-bits" 2> "$work/warning"
[[ ! -s "$work/warning" ]] || { echo "FAILED: $(cat "$work/warning")"; status=1; }
quietly native -o "$work/v2" -p:IlcInstructionSet=x86-64-v2
run 'x64, ahead of time, x86-64-v2' vector128 "$work/v2/same-bits" 2> "$work/warning"
if grep -qw fma /proc/cpuinfo && ! grep -q x86-64-v3 "$work/warning"; then echo 'FAILED: nothing says what slows it down'; status=1; fi
if [[ "$vectors" == avx512 ]]; then
  quietly native -o "$work/v4" -p:IlcInstructionSet=x86-64-v4
  run 'x64, ahead of time, x86-64-v4' avx512 "$work/v4/same-bits"
else
  skip 'x64, ahead of time, x86-64-v4' "the processor has $vectors"
fi

emulator="$(command -v qemu-aarch64-static || command -v qemu-aarch64 || true)"
if [[ -z "$emulator" ]]; then
  skip 'Arm64, ahead of time' 'no qemu-aarch64 (apt-get install qemu-user-static)'
elif ! command -v aarch64-linux-gnu-gcc > /dev/null || [[ ! -e /usr/aarch64-linux-gnu/lib/libc.so ]]; then
  skip 'Arm64, ahead of time' 'no compiler for it (apt-get install gcc-aarch64-linux-gnu libc6-dev-arm64-cross)'
else
  # The linker is called as clang: gcc knows no --target.
  printf '#!/bin/bash\nfor a; do [[ "$a" == --target=* ]] || b+=("$a"); done\nexec aarch64-linux-gnu-gcc "${b[@]}"\n' > "$work/cc"
  chmod +x "$work/cc"
  quietly native -o "$work/arm64" -p:Machine=linux-arm64 -p:CppCompilerAndLinker="$work/cc" -p:LinkerFlavor=bfd -p:ObjCopyName=aarch64-linux-gnu-objcopy
  run 'Arm64, ahead of time (qemu)' vector128 "$emulator" -L /usr/aarch64-linux-gnu "$work/arm64/same-bits"
fi

if ! command -v node > /dev/null; then
  skip 'WebAssembly' 'no Node (apt-get install nodejs)'
else
  quietly dotnet publish -c Release tests/same-bits/browser/browser.csproj -o "$work/browser"
  run 'WebAssembly, interpreted' vector128 node "$work/browser/wwwroot/main.mjs"
fi

# One line a group: the hash of its networks' bytes, names and all, in the order of their names.
cut -d/ -f1,2 "$work/first" | LC_ALL=C sort -u | while read -r group; do
  printf '| %s | %s | `%s` |\n' "$group" "$(grep -c "^$group/" "$work/first")" "$(grep "^$group/" "$work/first" | LC_ALL=C sort | sha256sum | cut -c1-64)"
done > "$work/table"
if [[ "${1:-}" == --record ]]; then
  awk -v table="$work/table" '/^\| (float|double)\// { next } { print } /^\| networks \|/ { getline; print; while ((getline line < table) > 0) print line }' "$table" > "$work/promises"
  cp "$work/promises" "$table"
elif ! diff <(grep -E '^\| (float|double)/' "$table") "$work/table"; then
  echo "FAILED: not the bits of $table; where a formula or an order of summation has changed on purpose, $0 --record"
  status=1
fi

cat "$work/table"
echo "$ran runs, $skipped skipped"
exit "$status"
