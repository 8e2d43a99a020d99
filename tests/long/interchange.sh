#!/usr/bin/env bash
# Models for and from other programs, beside those programs as Debian has them: PyTorch, scikit-learn, ONNX's checker and its node tests. Prints what was compared, the worst differences, and each node test that is left out, with its reason.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
python="${PYTHON:-/usr/bin/python3}"
missing=()
for pair in torch:python3-torch sklearn:python3-sklearn onnx:python3-onnx; do
  "$python" -c "import ${pair%%:*}" 2> /dev/null || missing+=("${pair##*:}")
done
[[ -d /usr/share/libonnx-testdata ]] || missing+=(libonnx-testdata)
for package in ${missing[@]+"${missing[@]}"}; do
  echo "skipped: what is compared with $package, which is not here (apt-get install $package)"
done
if (( ${#missing[@]} == 4 )); then exit 77; fi
dotnet run -c Release --project tests/Backprop.Interchange.Tests -- -class '*PyTorch*' -class '*NumPyTests' -showLiveOutput
dotnet run -c Release --project tests/Backprop.Onnx.Tests -- -class '*CheckerTests' -class '*NodeTests' -showLiveOutput
