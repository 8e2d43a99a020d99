"""Losses and their derivatives by the output's pre-activation, to 60 digits with mpmath, rounded to double. Run: /usr/bin/python3 tests/Fixtures/make_losses.py (written with Debian's python3-mpmath 1.3)."""
import gzip
import json
import pathlib
import random

from mpmath import mp, mpf, exp, expm1, log, log1p, sinh, tanh

mp.dps = 100
rng = random.Random(11)
folder = pathlib.Path(__file__).parent


def size(low=-30, high=4):
    return rng.choice([-1, 1]) * 10 ** rng.uniform(low, high)


def near(x):
    return x * (1 + rng.choice([-1, 1]) * 2 ** -rng.uniform(1, 52))


def log_cosh(r):
    r = abs(r)
    return log1p(2 * sinh(r / 2) ** 2) if r < 1 else r + log1p(exp(-2 * r)) - log(2)


def sigmoid(p):
    return 1 / (1 + exp(-p)) if p > 0 else exp(p) / (1 + exp(p))


def softplus(p):
    return p + log1p(exp(-p)) if p > 0 else log1p(exp(p))


def mean(values):
    return sum(values) / len(values)


def elementwise(value, derivative, count=True):
    def both(p, t):
        m = len(p) if count else 1
        return sum(value(a, b) for a, b in zip(p, t)) / m, [derivative(a, b) / m for a, b in zip(p, t)]
    return both


def cross_entropy(smoothing, of_logits):
    def both(p, t):
        m = len(p)
        t = [(1 - mpf(smoothing)) * v + mpf(smoothing) / m for v in t]
        if not of_logits:
            return -sum(w * log(y) for y, w in zip(p, t) if w), [-w / y if w else mpf(0) for y, w in zip(p, t)]
        top = max(range(m), key=lambda c: p[c])
        e = [exp(v - p[top]) for v in p]
        total = sum(e)
        spread = log1p(sum(e[c] for c in range(m) if c != top))
        others = lambda v, c: sum(v[k] for k in range(m) if k != c)
        return sum(t[c] * (spread + (p[top] - p[c])) for c in range(m)), [(e[c] * others(t, c) - t[c] * others(e, c)) / total for c in range(m)]
    return both


def hinge(p, t):
    k = t.index(1)
    margins = [1 + p[c] - p[k] if c != k else mpf(0) for c in range(len(p))]
    delta = [mpf(1 if v > 0 else 0) for v in margins]
    delta[k] = -sum(delta)
    return sum(v for v in margins if v > 0), delta


def gaussian(y, t):
    n = len(t)
    square = [(t[i] - y[i]) ** 2 * exp(-y[n + i]) for i in range(n)]
    return mean([(y[n + i] + square[i]) / 2 for i in range(n)]), [(y[i] - t[i]) * exp(-y[n + i]) / n for i in range(n)] + [(1 - v) / 2 / n for v in square]


def pairs(m):
    y = [rng.choice([size(), rng.gauss(0, 2)]) for _ in range(m)]
    return y, [rng.choice([near(v), size(), rng.gauss(0, 2)]) for v in y]


def counts(m):
    y = [rng.choice([-abs(size()), size(-30, 0), rng.uniform(-8, 8)]) for _ in range(m)]
    return y, [rng.choice([float(rng.randrange(5)), near(float(exp(v))), abs(size())]) for v in y]


def part():
    return rng.choice([0.0, 1.0, 0.0, 1.0, rng.random(), 10 ** rng.uniform(-30, 0), 1 - 2 ** -rng.uniform(1, 52)])


def logits(m):
    base = rng.choice([0, 0, size(0, 4)])
    return [rng.choice([base + rng.uniform(-40, 40), base + rng.gauss(0, 2), size()]) for _ in range(m)]


def distribution(m):
    if rng.random() < 0.6:
        k = rng.randrange(m)
        return [1.0 if c == k else 0.0 for c in range(m)]
    w = [rng.random() for _ in range(m)]
    return [v / sum(w) for v in w]


def chances(m):
    y = [rng.choice([rng.random(), 10 ** rng.uniform(-30, 0), 1 - 2 ** -rng.uniform(1, 52)]) for _ in range(m)]
    return y, [rng.choice([part(), min(1.0, near(v))]) for v in y]


def normals(m):
    p, t = pairs(m)
    return p + [rng.choice([rng.gauss(0, 3), rng.uniform(-300, 300), size()]) for _ in range(m)], t


def margins(m):
    t = [0.0] * m
    t[rng.randrange(m)] = 1.0
    return logits(m), t


classes = lambda m: (logits(m + 1), distribution(m + 1))
tau, delta = mpf(0.9), mpf(1)
CASES = [
    ("squared_error", "identity", pairs, elementwise(lambda y, t: (y - t) ** 2 / 2, lambda y, t: y - t, count=False)),
    ("mean_squared_error", "identity", pairs, elementwise(lambda y, t: (y - t) ** 2, lambda y, t: 2 * (y - t))),
    ("absolute_error", "identity", pairs, elementwise(lambda y, t: abs(y - t), lambda y, t: mpf((y > t) - (y < t)))),
    ("huber:1", "identity", pairs, elementwise(lambda y, t: (y - t) ** 2 / 2 if abs(y - t) <= delta else delta * (abs(y - t) - delta / 2), lambda y, t: max(-delta, min(delta, y - t)))),
    ("log_cosh", "identity", pairs, elementwise(lambda y, t: log_cosh(y - t), lambda y, t: tanh(y - t))),
    ("quantile:0.9", "identity", pairs, elementwise(lambda y, t: max(tau * (t - y), (tau - 1) * (t - y)), lambda y, t: -tau if y < t else 1 - tau if y > t else mpf(0))),
    ("poisson", "identity", counts, elementwise(lambda y, t: exp(y) - t * y, lambda y, t: exp(y) - t)),
    ("binary_cross_entropy", "sigmoid", lambda m: (logits(m), [part() for _ in range(m)]), elementwise(lambda p, t: t * softplus(-p) + (1 - t) * softplus(p), lambda p, t: (1 - t) * sigmoid(p) - t * sigmoid(-p))),
    ("binary_cross_entropy", "identity", chances, elementwise(lambda y, t: -((t * log(y) if t else 0) + ((1 - t) * log1p(-y) if t != 1 else 0)), lambda y, t: 1 / (1 - y) if t == 0 else -1 / y if t == 1 else (y - t) / (y * (1 - y)))),
    ("cross_entropy", "softmax", classes, cross_entropy(0, True)),
    ("cross_entropy:0.1", "softmax", classes, cross_entropy(0.1, True)),
    ("cross_entropy", "log_softmax", classes, cross_entropy(0, True)),
    ("cross_entropy", "identity", lambda m: (chances(m + 1)[0], distribution(m + 1)), cross_entropy(0, False)),
    ("hinge", "identity", lambda m: margins(m + 1), hinge),
    ("gaussian_nll", "identity", normals, gaussian),
]

points = []
for loss, output, draw, exact in CASES:
    for n in range(150):
        p, t = draw(rng.choice([1, 1, 2, 3]))
        value, slopes = exact([mpf(v) for v in p], [mpf(v) for v in t])
        results = [float(value)] + [float(v) for v in slopes]
        if all(abs(v) < 1e300 for v in results):
            points.append({"loss": loss, "output": output, "p": p, "t": t, "value": results[0], "delta": results[1:]})

with open(folder / "golden-losses.json.gz", "wb") as file, gzip.GzipFile(filename="", mode="wb", fileobj=file, mtime=0) as zipped:
    zipped.write(json.dumps(points, separators=(",", ":")).encode())
print(len(points), "points of", len(CASES), "losses")
