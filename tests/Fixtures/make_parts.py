"""Golden files of norms and residual layers from PyTorch in float64: losses and gradients by autograd with the running statistics and with those of the batch, and fifty steps of training. Run: /usr/bin/python3 tests/Fixtures/make_parts.py (written with Debian's python3-torch 1.13)."""
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


class Network(nn.Module):
    def __init__(self, specification):
        super().__init__()
        inputs, *layers = specification.split("-")
        width, self.layers = int(inputs), nn.ModuleList()
        self.inputs = width
        for text in layers:
            self.layers.append(Layer(width, text))
            width = self.layers[-1].units
        self.outputs = width

    def tensors(self):
        """By their names in a model file."""
        named = {}
        for n, layer in enumerate(self.layers, 1):
            named[f"layers.{n}.weight"], named[f"layers.{n}.bias"] = layer.linear.weight, layer.linear.bias
            if layer.norm is not None:
                named[f"layers.{n}.norm.weight"], named[f"layers.{n}.norm.bias"] = layer.norm.weight, layer.norm.bias
                if isinstance(layer.norm, nn.BatchNorm1d):
                    named[f"layers.{n}.norm.running_mean"], named[f"layers.{n}.norm.running_var"] = layer.norm.running_mean, layer.norm.running_var
        return named

    def loss(self, x, t):
        for layer in self.layers:
            x, p = layer(x)
        if self.layers[-1].activation == "softmax":
            return -(t * torch.log_softmax(p, 1)).sum(1).mean()
        return F.mse_loss(x, t)


def numbers(named):
    return {name: tensor.detach().tolist() for name, tensor in named.items()}


def fresh(specification, seed):
    torch.manual_seed(seed)
    network = Network(specification)
    with torch.no_grad():
        for name, tensor in network.tensors().items():
            if tensor.dim() == 1:
                tensor.copy_(0.5 + torch.rand_like(tensor) if name.endswith(("norm.weight", "running_var")) else 0.3 * torch.randn_like(tensor))
    return network


def rows(network, count):
    x, t = torch.randn(count, network.inputs), torch.randn(count, network.outputs)
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
cases = []
for n, specification in enumerate(networks):
    network = fresh(specification, n + 1)
    x, t = rows(network, (5, 9, 16, 33)[n % 4])
    cases.append({"network": specification, "tensors": numbers(network.tensors()), "x": x.tolist(), "t": t.tolist(), "running": gradients(network, x, t, False), "batch": gradients(network, x, t, True)})

# A bias before a batch norm has a derivative of 0 but for rounding, which Adam divides by its ε: with the usual 1e-8 that noise would be 1e-10 after fifty steps.
runs = []
for optimizer, options in (("sgd", {"lr": 0.05, "momentum": 0.9}), ("adam", {"lr": 0.003, "eps": 1e-6})):
    for specification in ("4-6:tanh,batch_norm-3:identity", "4-6:silu,batch_norm-6:tanh,layer_norm,residual-3:softmax", "4-7:relu,layer_norm-7:silu,batch_norm,residual-7:tanh,batch_norm-2:identity"):
        network = fresh(specification, 40)
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
        runs.append({"optimizer": optimizer, "options": options, "network": specification, "tensors": start, "x": x.tolist(), "t": t.tolist(), "after": after})

with gzip.GzipFile(folder / "golden-parts.json.gz", "wb", mtime=0) as file:
    file.write(json.dumps({"networks": cases, "runs": runs}).encode())
print(len(cases), "networks,", len(runs), "runs")
