"""Trajectories of L-BFGS (PyTorch's LBFGS, strong Wolfe, one iteration a step) and Levenberg-Marquardt (written here on autograd's Jacobian and torch.linalg.solve), in float64. Run: /usr/bin/python3 tests/Fixtures/make_minimizers.py (written with Debian's python3-torch 1.13)."""
import gzip
import json
import pathlib

import torch
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)
STEPS = 12


def build(widths, hidden, seed):
    torch.manual_seed(seed)
    layers = []
    for a, b in zip(widths, widths[1:]):
        layers += [torch.nn.Linear(a, b), hidden()]
    return torch.nn.Sequential(*layers[:-1])


def objective(net, x, t, weight, loss, l2):
    y = net(x)
    if loss == "cross_entropy":
        each = F.cross_entropy(y, t, reduction="none")
    elif loss == "squared_error":
        each = 0.5 * ((y - t) ** 2).sum(1)
    else:
        each = ((y - t) ** 2).mean(1)
    value = (each * weight).sum() / weight.sum()
    return value, value + l2 / 2 * sum((p**2).sum() for p in net.parameters() if p.dim() == 2)


def lbfgs(net, x, t, weight, loss, l2, lr, history):
    optimizer = torch.optim.LBFGS(net.parameters(), lr=lr, max_iter=1, max_eval=1000, history_size=history, line_search_fn="strong_wolfe")

    def closure():
        optimizer.zero_grad()
        value = objective(net, x, t, weight, loss, l2)[1]
        value.backward()
        return value

    for _ in range(STEPS):
        before = objective(net, x, t, weight, loss, l2)[0].item()
        optimizer.step(closure)
        yield before


def levenberg_marquardt(net, x, t, weight, loss, l2):
    damping, growth = None, 2.0
    parameters = list(net.parameters())
    sizes = [p.numel() for p in parameters]
    penalised = torch.cat([torch.full((p.numel(),), 1.0 if p.dim() == 2 else 0.0) for p in parameters])
    share = weight / weight.sum() * (1 if loss == "squared_error" else 2 / t.shape[1])

    def put(theta):
        with torch.no_grad():
            for p, part in zip(parameters, theta.split(sizes)):
                p.copy_(part.view_as(p))

    for _ in range(STEPS):
        theta = torch.cat([p.detach().flatten() for p in parameters])
        value, total = objective(net, x, t, weight, loss, l2)
        gradient = torch.cat([g.flatten() for g in torch.autograd.grad(total, parameters)])
        total = total.item()
        rows = []
        y = net(x)
        for n in range(y.shape[0]):
            for k in range(y.shape[1]):
                row = torch.cat([g.flatten() for g in torch.autograd.grad(y[n, k], parameters, retain_graph=True)])
                rows.append(row * share[n].sqrt())
        jacobian = torch.stack(rows)
        square = jacobian.T @ jacobian + l2 * torch.diag(penalised)
        damping = 1e-3 * square.diagonal().max() if damping is None else damping
        yield value.item()
        while True:
            change = -torch.linalg.solve(square + damping * torch.eye(len(theta)), gradient)
            put(theta + change)
            now = objective(net, x, t, weight, loss, l2)[1].item()
            if now < total:
                kept = (total - now) / (0.5 * change @ (damping * change - gradient))
                damping, growth = damping * max(1 / 3, 1 - (2 * kept - 1) ** 3), 2.0
                break
            damping, growth = damping * growth, growth * 2


runs = []
for seed, (method, widths, hidden, loss, rows, l2, lr, history, weighted) in enumerate([
    ("lbfgs", [3, 5, 2], "tanh", "mean_squared_error", 16, 0, 1, 100, False),
    ("lbfgs", [3, 5, 2], "tanh", "squared_error", 16, 0.01, 1, 100, True),
    ("lbfgs", [4, 3], "tanh", "cross_entropy", 40, 0.1, 1, 100, False),
    ("lbfgs", [2, 6, 4, 3], "sigmoid", "cross_entropy", 30, 0.001, 1, 3, True),
    ("lbfgs", [2, 7, 1], "tanh", "mean_squared_error", 50, 0, 0.5, 2, False),
    ("levenberg_marquardt", [1, 10, 1], "tanh", "mean_squared_error", 40, 0, 1, 0, False),
    ("levenberg_marquardt", [3, 5, 2], "tanh", "mean_squared_error", 30, 0.01, 1, 0, True),
    ("levenberg_marquardt", [2, 4, 3, 2], "sigmoid", "squared_error", 25, 0.001, 1, 0, True),
]):
    net = build(widths, {"tanh": torch.nn.Tanh, "sigmoid": torch.nn.Sigmoid}[hidden], seed)
    x = torch.randn(rows, widths[0])
    t = torch.randint(widths[-1], (rows,)) if loss == "cross_entropy" else torch.sin(2 * x.sum(1, keepdim=True) + torch.arange(widths[-1]))
    weight = torch.rand(rows) + 0.5 if weighted else torch.ones(rows)
    run = {
        "method": method, "network": "-".join([str(widths[0])] + [f"{w}:{hidden}" for w in widths[1:-1]] + [f"{widths[-1]}:{'softmax' if loss == 'cross_entropy' else 'identity'}"]),
        "loss": loss, "l2": l2, "learning_rate": lr, "history": history, "x": x.flatten().tolist(), "t": t.flatten().tolist(), "weight": weight.tolist() if weighted else None,
        "weights": [p.flatten().tolist() for p in net.parameters() if p.dim() == 2], "biases": [p.tolist() for p in net.parameters() if p.dim() == 1], "losses": [], "after": [],
    }
    steps = lbfgs(net, x, t, weight, loss, l2, lr, history) if method == "lbfgs" else levenberg_marquardt(net, x, t, weight, loss, l2)
    for before in steps:  # an optimizer's generator has made its step, the other's makes it when it goes on
        run["losses"].append(before)
        run["after"].append([p.flatten().tolist() for p in net.parameters()])
    if method == "levenberg_marquardt":
        run["after"] = run["after"][1:] + [[p.flatten().tolist() for p in net.parameters()]]
    runs.append(run)
    print(method, run["network"], run["losses"][0], run["losses"][-1])

path = pathlib.Path(__file__).parent / "golden-minimizers.json.gz"
path.write_bytes(gzip.compress(json.dumps({"runs": runs}).encode(), mtime=0))
