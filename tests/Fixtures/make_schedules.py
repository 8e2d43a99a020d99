"""Learning rates of PyTorch's schedulers at every step of runs of 1 to 200 steps, from a rate of 1. Run: /usr/bin/python3 tests/Fixtures/make_schedules.py (written with Debian's python3-torch 1.13)."""
import gzip
import json
import math
import pathlib
import random
import warnings

import torch
from torch.optim import lr_scheduler as S

warnings.simplefilter("ignore")  # of optimizer.step() that is not called
folder = pathlib.Path(__file__).parent


def rates(make, steps):
    optimizer = torch.optim.SGD([torch.zeros(1)], lr=1.0)
    scheduler = make(optimizer)
    found = []
    for step in range(steps):
        found.append(float(optimizer.param_groups[0]["lr"]))
        if step + 1 < steps: scheduler.step()
    return found


SCHEDULES = {
    "one-cycle": lambda n: lambda o: S.OneCycleLR(o, max_lr=1.0, total_steps=n, cycle_momentum=False),
    "cosine": lambda n: lambda o: S.CosineAnnealingLR(o, T_max=n),
    "exponential": lambda n: lambda o: S.ExponentialLR(o, gamma=0.01 ** (1 / n)),
    "step": lambda n: lambda o: S.MultiStepLR(o, milestones=[math.ceil(n / 3), math.ceil(2 * n / 3)], gamma=0.1),
}


def plateau(losses):
    optimizer = torch.optim.SGD([torch.zeros(1)], lr=1.0)
    scheduler = S.ReduceLROnPlateau(optimizer, eps=0)  # eps keeps rates below 1e-8 as they are
    found = []
    for loss in losses:
        scheduler.step(math.nan if loss is None else loss)
        found.append(optimizer.param_groups[0]["lr"])
    return found


rng = random.Random(3)
runs = []
for _ in range(30):
    loss, losses = 10 ** rng.uniform(-6, 3), []
    for epoch in range(150):
        loss *= rng.choice([1, 1, 1, 1 - 1e-4, 1 - 0.9e-4, 1 - 1.1e-4, 1.01, 0.95]) if epoch % 60 < 20 else rng.choice([1, 1 - 0.5e-4, 1.001])
        losses.append(None if rng.random() < 0.05 else loss)
    runs.append({"losses": losses, "rates": plateau(losses)})

golden = {
    "schedules": {name: [rates(make(n), n) for n in range(1, 201)] for name, make in SCHEDULES.items()},
    # of 0 warm-up steps on, to two steps after
    "warmup": [rates(lambda o: S.LinearLR(o, start_factor=1 / (w + 1), total_iters=w), w + 3) for w in range(201)],
    "plateau": runs,
}
with open(folder / "golden-schedules.json.gz", "wb") as file, gzip.GzipFile(filename="", mode="wb", fileobj=file, mtime=0) as zipped:
    zipped.write(json.dumps(golden, separators=(",", ":")).encode())
print(len(golden["schedules"]), "schedules,", len(runs), "plateau runs, torch", torch.__version__)
