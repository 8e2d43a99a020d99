#!/usr/bin/env bash
# The inner loops as the JIT really compiles them: no vector is spilled to the stack, and nothing is called, in the matrix tiles, the
# optimizers' loops and the activations' loops, in float and in double. Prints what was looked at; 1: something is wrong.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT

dotnet build -c Release src/Backprop.Cli > "$work/build.log" || { cat "$work/build.log"; exit 1; }
for precision in float double; do
  for network in 100:relu-40:tanh 100:sigmoid-40:gelu 12:silu-6:relu; do
    DOTNET_JitStdOutFile="$work/$precision-$network.txt" DOTNET_JitDisasm='*MatrixTile*:Run *RuleKernel*:Run *ElementwiseActivation*:*Forward* *ElementwiseActivation*:*Backward*' \
      dotnet src/Backprop.Cli/bin/Release/net10.0/Backprop.Cli.dll train builtin:digits --network "$network" --optimizer adam --learning-rate 0.001 \
      --epochs 2 --batch-size 150 --validation 0 --precision "$precision" --quiet -o "$work/model.safetensors" > /dev/null
  done
done

cat "$work"/*.txt | awk '
  function judge() {
    if (!loops) return
    if (spills || calls) { printf "%d spills, %d calls in a loop of %s\n", spills, calls, method; bad++ }
    kind = method ~ /MatrixTile/ ? "tiles" : method ~ /RuleKernel/ ? "optimizers" : "activations"
    looked[kind]++
  }
  function block() { # a block that jumps to itself is an inner loop; an optimizer has a branch in its loop, so all of it is looked at
    if (fmas > 0 && (own || method ~ /RuleKernel/)) { loops++; spills += blockSpills; calls += blockCalls; total += fmas }
    blockSpills = blockCalls = fmas = own = 0
  }
  /^; Assembly listing for method/ { block(); judge(); method = $0; sub(/^; Assembly listing for method /, "", method); wanted = method ~ /FullOpts|Tier1/; loops = spills = calls = 0; next }
  !wanted { next }
  /^G_M[0-9]*_IG[0-9]*:/ { block(); label = $1; sub(/:.*/, "", label) }
  /vfn?m(add|sub)|vfmadd|vsqrt|vdiv/ { fmas++ }
  /[xyz]mmword ptr \[r(sp|bp)/ { blockSpills++ }
  /^ +call / { blockCalls++ }
  /^ +j[a-z]+ / && $NF == label { own = 1 }
  END {
    block(); judge()
    printf "inner loops looked at: %d of tiles, %d of optimizers, %d of activations; %d bad\n", looked["tiles"], looked["optimizers"], looked["activations"], bad
    exit bad > 0 || looked["tiles"] < 8 || looked["optimizers"] < 2 || looked["activations"] < 4
  }'
