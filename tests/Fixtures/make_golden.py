"""Golden files from PyTorch in float64 (hard_sigmoid by clamp: F.hardsigmoid's derivative holds 1/6 in float32 only, and F.celu its 1/alpha). Run: /usr/bin/python3 tests/Fixtures/make_golden.py (written with Debian's python3-torch 1.13)."""
import gzip
import json
import math
import pathlib
import random

import torch
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)
folder = pathlib.Path(__file__).parent

ACT = {
    "identity": lambda p, a: p, "relu": lambda p, a: F.relu(p), "leaky_relu": lambda p, a: F.leaky_relu(p, a if a is not None else 0.01),
    "elu": lambda p, a: F.elu(p, a if a is not None else 1.0), "selu": lambda p, a: F.selu(p), "celu": lambda p, a: torch.where(p > 0, p, (a or 1.0) * torch.expm1(p / (a or 1.0))),
    "gelu": lambda p, a: F.gelu(p), "gelu_tanh": lambda p, a: 0.5 * p * (1 + torch.tanh(math.sqrt(2 / math.pi) * (p + 0.044715 * p**3))),
    "silu": lambda p, a: F.silu(p), "mish": lambda p, a: F.mish(p), "softplus": lambda p, a: torch.logaddexp(p, torch.zeros_like(p)),
    "softsign": lambda p, a: F.softsign(p), "tanh": lambda p, a: torch.tanh(p), "sigmoid": lambda p, a: torch.sigmoid(p),
    "hard_sigmoid": lambda p, a: torch.clamp(p / 6 + 0.5, 0, 1), "hard_tanh": lambda p, a: F.hardtanh(p), "exponential": lambda p, a: torch.exp(p), "sine": lambda p, a: torch.sin(p),
    "softmax": lambda p, a: torch.softmax(p, 1), "log_softmax": lambda p, a: torch.log_softmax(p, 1),
}


def smooth(t, eps):
    return (1 - eps) * t + eps / t.shape[1]


def per_sample(loss, y, p, t, q, output):
    if loss == "squared_error": return 0.5 * ((y - t) ** 2).sum(1)
    if loss == "mean_squared_error": return F.mse_loss(y, t, reduction="none").mean(1)
    if loss == "absolute_error": return F.l1_loss(y, t, reduction="none").mean(1)
    if loss == "huber": return F.huber_loss(y, t, reduction="none", delta=q).mean(1)
    if loss == "log_cosh": return ((y - t).abs() + torch.log1p(torch.exp(-2 * (y - t).abs())) - math.log(2)).mean(1)
    if loss == "quantile": return torch.maximum(q * (t - y), (q - 1) * (t - y)).mean(1)
    if loss == "poisson": return F.poisson_nll_loss(y, t, log_input=True, reduction="none").mean(1)
    if loss == "binary_cross_entropy": return F.binary_cross_entropy(y, t, reduction="none").mean(1)
    if loss == "hinge":
        c = t.argmax(1, keepdim=True)
        m = torch.clamp(1 + y - y.gather(1, c), min=0)
        return m.sum(1) - m.gather(1, c).squeeze(1)
    if loss == "gaussian_nll":
        n = t.shape[1]
        mu, s = y[:, :n], y[:, n:]
        return (0.5 * (s + (t - mu) ** 2 * torch.exp(-s))).mean(1)
    if loss == "cross_entropy":
        t2 = smooth(t, q or 0)
        if output == "softmax": return -(t2 * torch.log_softmax(p, 1)).sum(1)
        if output == "log_softmax": return -(t2 * y).sum(1)
        return -(t2 * torch.log(y)).sum(1)
    raise ValueError(loss)


rng = random.Random(7)
cases = []


def case(widths, acts, loss, batch, q=None, alphas=None, targets="values", weights=False):
    g = torch.Generator().manual_seed(len(cases) + 1)
    rand = lambda *s: torch.randn(*s, generator=g)
    alphas = alphas or [None] * len(acts)
    W = [(rand(widths[i + 1], widths[i]) / math.sqrt(widths[i])).requires_grad_() for i in range(len(acts))]
    b = [(0.3 * rand(widths[i + 1])).requires_grad_() for i in range(len(acts))]
    x = rand(batch, widths[0]).requires_grad_()
    m = widths[-1] // 2 if loss == "gaussian_nll" else widths[-1]
    classes = None
    if targets == "classes":
        classes = [rng.randrange(m) for _ in range(batch)]
        t = F.one_hot(torch.tensor(classes), m).double()
    elif targets == "distribution":
        t = torch.softmax(rand(batch, m), 1)
    elif targets == "flags":
        t = (rand(batch, m) > 0).double()
    else:
        t = rand(batch, m).abs() if loss == "poisson" else rand(batch, m)
    h = x
    for i, name in enumerate(acts):
        p = h @ W[i].T + b[i]
        h = ACT[name](p, alphas[i])
    w = torch.rand(batch, generator=g) + 0.1 if weights else torch.ones(batch)
    value = (per_sample(loss, h, p, t, q, acts[-1]) * w).sum() / w.sum()
    value.backward()
    assert torch.isfinite(value) and all(torch.isfinite(v.grad).all() for v in W + b)
    layers = [{"units": widths[i + 1], "activation": a, **({"alpha": alphas[i]} if alphas[i] is not None else {})} for i, a in enumerate(acts)]
    key = {"huber": "delta", "quantile": "tau", "cross_entropy": "label_smoothing"}.get(loss)
    cases.append({
        "network": {"inputs": widths[0], "layers": layers, "loss": loss, **({key: q} if key and q else {})},
        "weights": [v.tolist() for v in W], "biases": [v.tolist() for v in b], "x": x.tolist(),
        "t": None if classes is not None else t.tolist(), "classes": classes, "sample_weights": w.tolist() if weights else None,
        "loss": value.item(), "weight_gradients": [v.grad.tolist() for v in W], "bias_gradients": [v.grad.tolist() for v in b], "input_gradients": x.grad.tolist()})


hidden = [a for a in ACT if a not in ("softmax", "log_softmax")]
losses = [("squared_error", None), ("mean_squared_error", None), ("absolute_error", None), ("huber", 1.0), ("huber", 0.7), ("log_cosh", None), ("quantile", 0.5), ("quantile", 0.9), ("poisson", None), ("gaussian_nll", None)]
batches = [1, 2, 7, 33, 300]
for i, a in enumerate(hidden):
    loss, q = losses[i % len(losses)]
    depth = 1 + i % 8
    widths = [rng.randrange(1, 14) for _ in range(depth)] + [2 * rng.randrange(1, 4)]
    case(widths, [a if a != "exponential" or k == 0 else "tanh" for k in range(depth - 1)] + ["identity"] if depth > 1 else ["identity"], loss, batches[i % 5] if depth > 2 else 7, q, weights=i % 4 == 0)
    case([5, 8, 3], [a, a if a != "exponential" else "tanh"], losses[(i + 3) % 9][0], 9, losses[(i + 3) % 9][1])
case([3, 6, 4], ["leaky_relu", "elu"], "mean_squared_error", 17, alphas=[0.1, 0.5])
case([3, 6, 4], ["celu", "celu"], "squared_error", 17, alphas=[1.5, 0.7])
case([6, 33, 17, 4], ["relu", "tanh", "softmax"], "cross_entropy", 300, targets="classes")
case([6, 16, 4], ["gelu", "softmax"], "cross_entropy", 33, targets="distribution", weights=True)
case([6, 16, 4], ["silu", "softmax"], "cross_entropy", 33, q=0.1, targets="classes")
case([6, 16, 4], ["silu", "log_softmax"], "cross_entropy", 33, q=0.1, targets="classes")
case([6, 16, 4], ["silu", "log_softmax"], "cross_entropy", 7, targets="distribution")
case([6, 16, 4], ["silu", "sigmoid"], "cross_entropy", 7, targets="distribution")
case([6, 9, 3], ["tanh", "sigmoid"], "binary_cross_entropy", 33, targets="flags")
case([6, 9, 3], ["tanh", "softmax"], "binary_cross_entropy", 5, targets="distribution")
case([6, 9, 5], ["tanh", "softmax"], "mean_squared_error", 33)
case([6, 9, 5], ["tanh", "log_softmax"], "squared_error", 2)
case([6, 9, 5], ["relu", "identity"], "hinge", 33, targets="classes")
case([1, 1, 1], ["tanh", "identity"], "mean_squared_error", 1)
case([40, 3], ["identity"], "mean_squared_error", 300, weights=True)
case([7, 1], ["sigmoid"], "binary_cross_entropy", 1, targets="flags")
case([4, 2], ["identity"], "gaussian_nll", 33)


def write(name, value):
    with open(folder / name, "wb") as file, gzip.GzipFile(filename="", mode="wb", fileobj=file, mtime=0) as zipped:
        zipped.write(json.dumps(value, separators=(",", ":")).encode())


write("golden-networks.json.gz", cases)

T = torch.optim
g = torch.Generator().manual_seed(1)
W0 = [torch.randn(5, 3, generator=g) * 0.5, torch.randn(2, 5, generator=g) * 0.5]
b0 = [torch.randn(5, generator=g) * 0.1, torch.randn(2, generator=g) * 0.1]
X, Y = torch.randn(16, 3, generator=g), torch.randn(16, 2, generator=g)
runs = []


def run(name, make, options, clip_norm=None, clip_value=None):
    W, b = [w.clone().requires_grad_() for w in W0], [v.clone().requires_grad_() for v in b0]
    params = [W[0], b[0], W[1], b[1]]
    optimizer = make(params)
    after = {}
    for step in range(1, 51):
        for p in params: p.grad = None
        F.mse_loss(torch.tanh(X @ W[0].T + b[0]) @ W[1].T + b[1], Y).backward()
        if clip_norm: torch.nn.utils.clip_grad_norm_(params, clip_norm)
        if clip_value: torch.nn.utils.clip_grad_value_(params, clip_value)
        optimizer.step()
        if step in (1, 2, 10, 50): after[str(step)] = [p.tolist() for p in params]
    runs.append({"optimizer": name, "options": options, "clip_norm": clip_norm, "clip_value": clip_value, "after": after})


sgd = lambda **k: (lambda p: T.SGD(p, **k))
run("sgd", sgd(lr=0.1), {"learning-rate": 0.1})
run("sgd", sgd(lr=0.1, momentum=0.9), {"learning-rate": 0.1, "momentum": 0.9})
run("sgd", sgd(lr=0.1, momentum=0.9, nesterov=True), {"learning-rate": 0.1, "momentum": 0.9, "nesterov": 1})
run("sgd", sgd(lr=0.1, momentum=0.9, dampening=0.3, weight_decay=0.01), {"learning-rate": 0.1, "momentum": 0.9, "dampening": 0.3, "weight-decay": 0.01})
for name, make in [("adam", T.Adam), ("adamw", T.AdamW)]:
    run(name, lambda p: make(p), {})
    run(name, lambda p: make(p, lr=0.01, amsgrad=True), {"learning-rate": 0.01, "amsgrad": 1})
    run(name, lambda p: make(p, lr=0.01, betas=(0.8, 0.95), eps=1e-6, weight_decay=0.05), {"learning-rate": 0.01, "beta1": 0.8, "beta2": 0.95, "epsilon": 1e-6, "weight-decay": 0.05})
run("rmsprop", lambda p: T.RMSprop(p), {})
run("rmsprop", lambda p: T.RMSprop(p, centered=True), {"centered": 1})
run("rmsprop", lambda p: T.RMSprop(p, momentum=0.9), {"momentum": 0.9})
run("rmsprop", lambda p: T.RMSprop(p, lr=0.003, alpha=0.9, centered=True, momentum=0.5, weight_decay=0.02), {"learning-rate": 0.003, "rho": 0.9, "centered": 1, "momentum": 0.5, "weight-decay": 0.02})
run("adagrad", lambda p: T.Adagrad(p), {})
run("adagrad", lambda p: T.Adagrad(p, weight_decay=0.02), {"weight-decay": 0.02})
run("adadelta", lambda p: T.Adadelta(p), {})
run("adadelta", lambda p: T.Adadelta(p, rho=0.8, weight_decay=0.02), {"rho": 0.8, "weight-decay": 0.02})
run("radam", lambda p: T.RAdam(p), {})
run("radam", lambda p: T.RAdam(p, lr=0.01, weight_decay=0.02), {"learning-rate": 0.01, "weight-decay": 0.02})
run("rprop", lambda p: T.Rprop(p), {})
run("sgd", sgd(lr=0.1), {"learning-rate": 0.1}, clip_norm=0.1)
run("adam", lambda p: T.Adam(p), {}, clip_norm=0.1)
run("sgd", sgd(lr=0.1), {"learning-rate": 0.1}, clip_value=0.02)


class NAdam(T.Optimizer):
    """PyTorch 2's NAdam; 1.13 multiplied its momentum product once too often."""

    def __init__(self, params, lr=2e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.0):
        super().__init__(params, dict(lr=lr, betas=betas, eps=eps, weight_decay=weight_decay))

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            (b1, b2), lr = group["betas"], group["lr"]
            for p in group["params"]:
                s = self.state[p] or self.state[p].update(t=0, m=torch.zeros_like(p), v=torch.zeros_like(p), product=1.0) or self.state[p]
                s["t"] += 1
                grad = p.grad + group["weight_decay"] * p
                mu = b1 * (1 - 0.5 * 0.96 ** (s["t"] * 0.004))
                after = b1 * (1 - 0.5 * 0.96 ** ((s["t"] + 1) * 0.004))
                s["product"] *= mu
                s["m"].mul_(b1).add_((1 - b1) * grad)
                s["v"].mul_(b2).add_((1 - b2) * grad * grad)
                d = (s["v"] / (1 - b2 ** s["t"])).sqrt() + group["eps"]
                p.sub_(lr * (1 - mu) / (1 - s["product"]) * grad / d + lr * after / (1 - s["product"] * after) * s["m"] / d)


run("nadam", lambda p: NAdam(p), {})
run("nadam", lambda p: NAdam(p, weight_decay=0.02), {"weight-decay": 0.02})


class Lion(T.Optimizer):
    """PyTorch has no Lion; this is the rule of Chen et al. 2023."""

    def __init__(self, params, lr=1e-4, betas=(0.9, 0.99), weight_decay=0.0):
        super().__init__(params, dict(lr=lr, betas=betas, weight_decay=weight_decay))

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            (b1, b2), lr, wd = group["betas"], group["lr"], group["weight_decay"]
            for p in group["params"]:
                m = self.state[p].setdefault("m", torch.zeros_like(p))
                p.mul_(1 - lr * wd).sub_(lr * torch.sign(b1 * m + (1 - b1) * p.grad))
                m.mul_(b2).add_((1 - b2) * p.grad)


run("lion", lambda p: Lion(p), {})
run("lion", lambda p: Lion(p, lr=0.01, weight_decay=0.1), {"learning-rate": 0.01, "weight-decay": 0.1})
write("golden-optimizers.json.gz", {"weights": [w.tolist() for w in W0], "biases": [v.tolist() for v in b0], "x": X.tolist(), "y": Y.tolist(), "runs": runs})
print(len(cases), "networks,", len(runs), "optimizer runs, torch", torch.__version__)
