"""The minima that scipy's L-BFGS-B finds of fifty small networks, of a plain numpy implementation of each. A network with hidden layers has many; which one is found from given weights is chance, for any
method. So the fifty are those of which scipy finds the same one from a hundred other drawn weights too; those that it does not are in the file as well, marked. Run: /usr/bin/python3 tests/Fixtures/make_minima.py [SEED] [FILE] (written with Debian's python3-scipy 1.10)."""
import gzip
import json
import pathlib
import sys

import numpy as np
from scipy.optimize import minimize

seed = int(sys.argv[1]) if len(sys.argv) > 1 else 0
path = pathlib.Path(sys.argv[2]) if len(sys.argv) > 2 else pathlib.Path(__file__).parent / "golden-minima.json.gz"


def unpack(theta, widths):
    at, layers = 0, []
    for a, b in zip(widths, widths[1:]):
        w, at = theta[at:at + a * b].reshape(b, a), at + a * b
        layers.append((w, theta[at:at + b]))
        at += b
    return layers


def objective(theta, widths, loss, x, t, l2):
    layers, xs, rows = unpack(theta, widths), [x], len(x)
    for n, (w, b) in enumerate(layers):
        p = xs[-1] @ w.T + b
        xs.append(np.tanh(p) if n + 1 < len(layers) else p)
    if loss == "cross_entropy":
        e = xs[-1] - xs[-1].max(1, keepdims=True)
        log = e - np.log(np.exp(e).sum(1, keepdims=True))
        value, delta = -(t * log).sum() / rows, (np.exp(log) - t) / rows
    else:
        difference = xs[-1] - t
        value, delta = (difference**2).mean(), 2 * difference / difference.size
    value += l2 / 2 * sum((w**2).sum() for w, _ in layers)
    gradient = []
    for n in reversed(range(len(layers))):
        w = layers[n][0]
        gradient[:0] = [(delta.T @ xs[n] + l2 * w).ravel(), delta.sum(0)]
        delta = (delta @ w) * (1 - xs[n] ** 2)
    return value, np.concatenate(gradient)


def search(theta, *problem):
    return minimize(objective, theta, problem, "L-BFGS-B", jac=True, options={"maxiter": 100000, "maxfun": 1000000, "ftol": 1e-16, "gtol": 1e-9, "maxls": 50})


random, problems = np.random.default_rng(seed), []
while sum(not p["several"] for p in problems) < 50:
    number = len(problems)
    loss = ["mean_squared_error", "cross_entropy"][number % 2]
    inputs, outputs, depth, rows = random.integers(1, 6), random.integers(2, 4) if loss == "cross_entropy" else random.integers(1, 3), (0 if sum('tanh' not in p['network'] for p in problems) < 15 else 1, 1, 1, 2)[number // 2 % 4], random.integers(30, 100)
    widths = [int(n) for n in [inputs, *random.integers(2, 9, depth), outputs]]
    l2 = float(10 ** random.uniform(-3, -0.7))
    x = random.normal(size=(rows, inputs)).round(3)
    y = np.tanh(x @ random.normal(size=(inputs, 4))) @ random.normal(size=(4, outputs)) + 0.3 * random.normal(size=(rows, outputs))
    t = np.eye(outputs)[y.argmax(1)] if loss == "cross_entropy" else y.round(3)
    starts = [np.concatenate([random.uniform(-1, 1, a * b + b) / np.sqrt(a) for a, b in zip(widths, widths[1:])]) for _ in range(101)]
    found = search(starts[0], widths, loss, x, t, l2)
    problems.append({
        "network": "-".join([str(inputs)] + [f"{n}:tanh" for n in widths[1:-1]] + [f"{outputs}:{'softmax' if loss == 'cross_entropy' else 'identity'}"]), "loss": loss, "l2": l2,
        "x": x.ravel().tolist(), "t": t.ravel().tolist(), "theta": starts[0].tolist(), "minimum": found.fun, "gradient": float(np.abs(found.jac).max()), "evaluations": found.nfev,
        "several": any(abs(search(theta, widths, loss, x, t, l2).fun - found.fun) > 1e-7 * found.fun for theta in starts[1:]),
    })

path.write_bytes(gzip.compress(json.dumps({"problems": problems}).encode(), mtime=0))
one = [p for p in problems if not p["several"]]
print(f"{len(one)} problems of one minimum ({sum('tanh' in p['network'] for p in one)} with hidden layers), {len(problems) - len(one)} of several; scipy's L-BFGS-B is at a minimum in {sum(p['gradient'] < 1e-6 for p in problems)}, after {sum(p['evaluations'] for p in problems)} evaluations")
