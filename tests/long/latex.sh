#!/usr/bin/env bash
# What `explain --format latex` writes compiles, and nothing runs off the page: several networks, weights and biases of each layer.
# Needs pdflatex; on Debian, as root, it is installed. With an argument the PDF files stay in that folder.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

if ! command -v pdflatex > /dev/null; then
  if [[ $EUID -ne 0 ]] || ! command -v apt-get > /dev/null; then
    echo 'pdflatex is not on the PATH: install texlive-latex-base and texlive-latex-recommended'
    exit 1
  fi
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq texlive-latex-base texlive-latex-extra texlive-fonts-recommended > /dev/null
fi

dotnet build -c Release -v quiet --nologo src/Backprop.Cli
backprop() { dotnet "$PWD/src/Backprop.Cli/bin/Release/net10.0/Backprop.Cli.dll" "$@"; }

if [[ $# -gt 0 ]]; then
  mkdir -p "$1"
  work="$(cd "$1" && pwd)"
else
  work="$(mktemp -d)"
  trap 'rm -rf "$work"' EXIT
fi

documents=0
# Arguments: a name, DATA, the options of train, and the parameters after --.
compile() {
  local name="$1" data="$2" options=() parameter file
  shift 2
  while [[ "$1" != -- ]]; do options+=("$1"); shift; done
  shift
  backprop train "$data" "${options[@]}" --epochs 2 --quiet -o "$work/$name.safetensors" > /dev/null
  for parameter in "$@"; do
    file="$name-${parameter//[^A-Za-z0-9]/_}"
    backprop explain "$work/$name.safetensors" "$data" --row 3 --parameter "$parameter" --format latex -o "$work/$file.tex"
    if ! (cd "$work" && pdflatex -halt-on-error -interaction=nonstopmode "$file.tex") > "$work/$file.out" 2>&1; then
      tail -30 "$work/$file.out"
      echo "$file.tex does not compile"
      exit 1
    fi
    if grep 'Overfull .hbox' "$work/$file.out"; then
      echo "$file.tex runs off the page"
      exit 1
    fi
    documents=$((documents + 1))
  done
}

compile softmax builtin:iris --network '8:tanh-5:leaky_relu(0.1)' -- 'W1[7,3]' 'b1[0]' 'W2[4,7]' 'W3[2,4]' 'b3[1]'
compile jacobian builtin:iris --network 4-8:gelu_tanh-3:softmax --loss squared_error --learning-rate 0.01 -- 'W1[0,0]' 'W2[2,7]'
compile narrow builtin:iris --target petal_width --network 1:hard_sigmoid-1:hard_tanh --loss huber:1 -- 'W1[0,0]' 'b2[0]' 'W3[0,0]'
compile wide builtin:digits --network 256:relu-128:relu -- 'W1[100,37]' 'W2[3,5]' 'b2[127]' 'W3[9,127]'
compile tiny builtin:digits --network 50:sigmoid-50:sigmoid-50:sigmoid-50:sigmoid --initializer glorot_normal -- 'W1[25,20]' 'W3[25,25]'
compile deep builtin:digits --network 40:tanh-30:silu-30:mish-20:elu-20:softsign-20:celu-12:selu-11:sine -- 'W1[20,30]' 'b4[19]' 'W9[5,5]'
echo "$documents documents compile and fit their pages"
