#!/usr/bin/env bash
# The Python of docs/coming-from.md, run as it stands there, of every library that is installed (Debian: python3-sklearn python3-pandas python3-torch).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
/usr/bin/python3 - docs/coming-from.md src/Backprop/Data/Embedded/iris.csv <<'PYTHON'
import importlib.util, os, re, shutil, sys, tempfile
blocks = re.findall(r"^```python\n(.*?)^```", open(sys.argv[1]).read(), re.S | re.M)
if len(blocks) != 3:
    sys.exit(f"{len(blocks)} programs found, 3 expected")
rows = os.path.abspath(sys.argv[2])
os.chdir(tempfile.mkdtemp())
shutil.copy(rows, "flowers.csv")
ran = 0
for block in blocks:
    name = next(n for n in ("sklearn", "keras", "torch") if n in block)
    if importlib.util.find_spec(name) is None:
        print(f"skipped: the program of {name}, which is not installed")
        continue
    given = {}
    if name == "torch":
        import torch
        x = torch.rand(64, 2)
        given = {"x": x, "y": x[:, :1] * x[:, 1:]}
    print(name)
    exec(block, given)
    ran += 1
sys.exit(0 if ran else 77)
PYTHON
