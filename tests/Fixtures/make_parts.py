"""Golden files of norms, residual layers and inputs (scale, periodic, embeddings) from PyTorch in float64: losses and gradients by autograd with the running statistics and with those of the batch, and fifty steps of training. Run: /usr/bin/python3 tests/Fixtures/make_parts.py (written with Debian's python3-torch 1.13)."""
import gzip
import json
import pathlib

import torch
import torch.nn.functional as F
from torch import nn

torch.set_default_dtype(torch.float64)
folder = pathlib.Path(__file__).parent
ACT = {"identity": lambda p: p, "tanh": torch.tanh, "silu": F.silu, "relu": F.relu, "gelu": F.gelu, "softmax": lambda p: torch.softmax(p, 1)}
NORMS = {"layer_norm": nn.LayerNorm, "batch_norm": nn.BatchNorm1d}


class Layer(nn.Module):
    def __init__(self, inputs, text):
        super().__init__()
        units, rest = text.split(":")
        self.activation, *parts = rest.split(",")
        self.units, self.residual = int(units), "residual" in parts
        self.linear = nn.Linear(inputs, self.units)
        norm = [part for part in parts if part in NORMS]
        self.norm = NORMS[norm[0]](self.units) if norm else None

    def forward(self, x):
        q = self.linear(x)
        p = q if self.norm is None else self.norm(q)
        y = ACT[self.activation](p)
        return (x + y if self.residual else y), p


class Input(nn.Module):
    """A row, numbers and then codes, becomes the numbers (scaled), their periodic embeddings and the embeddings of the codes."""

    def __init__(self, numbers, codes=(), scale=False, periodic=None):
        super().__init__()
        self.numbers, self.codes = numbers, codes
        self.scale = nn.Parameter(torch.ones(numbers)) if scale else None
        self.periodic = periodic is not None
        if periodic:
            q, s = periodic["frequencies"], periodic["size"]
            self.frequency, self.phase = nn.Parameter(periodic["sigma"] * torch.randn(numbers, q)), nn.Parameter(torch.rand(numbers, q) - 0.5)
            self.weight, self.bias = nn.Parameter(torch.randn(numbers, s, q) / q**0.5), nn.Parameter(torch.randn(numbers, s))
        self.embeddings = nn.ModuleList([nn.Embedding(code["categories"], code["size"]) for code in codes])
        self.rows = numbers + len(codes)
        self.width = numbers + (numbers * periodic["size"] if periodic else 0) + sum(code["size"] for code in codes)

    def forward(self, row):
        v = row[:, :self.numbers]
        x = [v if self.scale is None else self.scale * v]
        if self.periodic:
            waves = torch.cos(2 * torch.pi * (self.frequency * v.unsqueeze(2) + self.phase))
            x.append((torch.einsum("fsq,bfq->bfs", self.weight, waves) + self.bias).flatten(1))
        x += [embedding(row[:, self.numbers + k].long()) for k, embedding in enumerate(self.embeddings)]
        return torch.cat(x, 1)

    def tensors(self):
        named = {} if self.scale is None else {"input.scale": self.scale}
        if self.periodic:
            named |= {f"input.periodic.{name}": getattr(self, name) for name in ("frequency", "phase", "weight", "bias")}
        return named | {f"input.embeddings.{k}.weight": embedding.weight for k, embedding in enumerate(self.embeddings, 1)}


class Network(nn.Module):
    def __init__(self, specification, input=None):
        super().__init__()
        inputs, *layers = specification.split("-")
        width, self.layers = int(inputs), nn.ModuleList()
        self.inputs, self.input = width, None
        if input:
            self.input = Input(**input)
            assert self.input.rows == width
            width = self.input.width
        for text in layers:
            self.layers.append(Layer(width, text))
            width = self.layers[-1].units
        self.outputs = width

    def tensors(self):
        """By their names in a model file."""
        named = {} if self.input is None else self.input.tensors()
        for n, layer in enumerate(self.layers, 1):
            named[f"layers.{n}.weight"], named[f"layers.{n}.bias"] = layer.linear.weight, layer.linear.bias
            if layer.norm is not None:
                named[f"layers.{n}.norm.weight"], named[f"layers.{n}.norm.bias"] = layer.norm.weight, layer.norm.bias
                if isinstance(layer.norm, nn.BatchNorm1d):
                    named[f"layers.{n}.norm.running_mean"], named[f"layers.{n}.norm.running_var"] = layer.norm.running_mean, layer.norm.running_var
        return named

    def loss(self, x, t):
        x = x if self.input is None else self.input(x)
        for layer in self.layers:
            x, p = layer(x)
        if self.layers[-1].activation == "softmax":
            return -(t * torch.log_softmax(p, 1)).sum(1).mean()
        return F.mse_loss(x, t)


def numbers(named):
    return {name: tensor.detach().tolist() for name, tensor in named.items()}


def fresh(specification, seed, input=None):
    torch.manual_seed(seed)
    network = Network(specification, input)
    with torch.no_grad():
        for name, tensor in network.tensors().items():
            if tensor.dim() == 1:
                tensor.copy_(0.5 + torch.rand_like(tensor) if name.endswith(("norm.weight", "running_var")) else 0.3 * torch.randn_like(tensor))
    return network


def rows(network, count):
    x, t = torch.randn(count, network.inputs), torch.randn(count, network.outputs)
    for k, code in enumerate(network.input.codes if network.input else ()):
        x[:, network.input.numbers + k] = torch.randint(code["categories"], (count,))
    return x, torch.softmax(t, 1) if network.layers[-1].activation == "softmax" else t


def gradients(network, x, t, training):
    network.train(training)
    network.zero_grad()
    kept = {name: tensor.clone() for name, tensor in network.tensors().items()}
    loss = network.loss(x, t)
    loss.backward()
    with torch.no_grad():
        for name, tensor in network.tensors().items():
            tensor.copy_(kept[name])
    return {"loss": loss.item(), "gradients": numbers({name: tensor.grad for name, tensor in network.tensors().items() if tensor.grad is not None})}


networks = []
for first in ("", ",layer_norm", ",batch_norm"):
    for second in ("", ",layer_norm", ",batch_norm"):
        for residual in ("", ",residual"):
            width = 5 + len(networks) % 4
            output = "3:softmax" if len(networks) % 2 else "2:identity"
            networks.append(f"4-{width}:tanh{first}-{width}:silu{second}{residual}-{output}")
networks += ["3-4:gelu,batch_norm-3:softmax,layer_norm", "3-2:tanh,batch_norm", "3-17:relu,layer_norm-17:tanh,residual-17:silu,batch_norm,residual-17:gelu,layer_norm,residual-1:identity"]
networks = [(specification, None) for specification in networks]

codes, waves = [{"categories": 5, "size": 3}, {"categories": 40, "size": 2}], {"frequencies": 4, "size": 3, "sigma": 0.5}
inputs = [
    {"numbers": 3, "scale": True},
    {"numbers": 3, "codes": codes},
    {"numbers": 0, "codes": codes},
    {"numbers": 3, "periodic": waves},
    {"numbers": 3, "scale": True, "periodic": waves},
    {"numbers": 2, "scale": True, "codes": codes, "periodic": waves},
    {"numbers": 5, "scale": True, "codes": codes[:1], "periodic": {"frequencies": 19, "size": 17, "sigma": 0.1}},
]
behind = ["6:tanh,layer_norm-6:silu,batch_norm,residual-3:softmax", "7:relu,batch_norm-2:identity", "W:gelu,residual-5:tanh,layer_norm-2:identity"]
for input in inputs:
    made = Input(**input)
    for layers in behind[:2 if made.width > 40 else 3]:  # W: as wide as what the input makes, so that the first layer is residual
        networks.append((f"{made.rows}-{layers.replace('W', str(made.width))}", input))

cases = []
for n, (specification, input) in enumerate(networks):
    network = fresh(specification, n + 1, input)
    x, t = rows(network, (5, 9, 16, 33)[n % 4])
    cases.append({"network": specification, "input": input, "tensors": numbers(network.tensors()), "x": x.tolist(), "t": t.tolist(), "running": gradients(network, x, t, False), "batch": gradients(network, x, t, True)})

# A bias before a batch norm has a derivative of 0 but for rounding, which Adam divides by its ε: with the usual 1e-8 that noise would be 1e-10 after fifty steps.
runs = []
for optimizer, options in (("sgd", {"lr": 0.05, "momentum": 0.9}), ("adam", {"lr": 0.003, "eps": 1e-6})):
    for specification, input in (
        ("4-6:tanh,batch_norm-3:identity", None), ("4-6:silu,batch_norm-6:tanh,layer_norm,residual-3:softmax", None), ("4-7:relu,layer_norm-7:silu,batch_norm,residual-7:tanh,batch_norm-2:identity", None),
        ("4-6:silu,batch_norm-6:tanh,layer_norm,residual-3:softmax", inputs[5]),
    ):
        network = fresh(specification, 40, input)
        network.train()
        start = numbers(network.tensors())
        x, t = rows(network, 43)  # batches of 16, 16 and 11 rows
        step = (torch.optim.SGD if optimizer == "sgd" else torch.optim.Adam)(network.parameters(), **options)
        after = {}
        for n in range(50):
            first = 16 * (n % 3)
            step.zero_grad()
            network.loss(x[first:first + 16], t[first:first + 16]).backward()
            step.step()
            if n + 1 in (1, 10, 50):
                after[n + 1] = numbers(network.tensors())
        runs.append({"optimizer": optimizer, "options": options, "network": specification, "input": input, "tensors": start, "x": x.tolist(), "t": t.tolist(), "after": after})

with gzip.GzipFile(folder / "golden-parts.json.gz", "wb", mtime=0) as file:
    file.write(json.dumps({"networks": cases, "runs": runs}).encode())
print(len(cases), "networks,", len(runs), "runs")
