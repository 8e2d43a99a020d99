"""Networks as PyTorch 1.13 exports them (Debian's python3-torch), with seven rows and what PyTorch predicts of them."""
import torch, torch.nn as nn

torch.manual_seed(0)


class Residual(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.b = nn.Linear(8, 8), nn.Linear(8, 3)

    def forward(self, x):
        return torch.softmax(self.b(x + torch.relu(self.a(x))), 1)


def chain(width, *activations, last):
    layers = []
    for n, activation in enumerate(activations):
        layers += [nn.Linear(width if n == 0 else 6, 6), activation]
    return nn.Sequential(*layers, *last)


networks = {
    "mlp": (nn.Sequential(nn.Linear(4, 8), nn.GELU(), nn.Dropout(.1), nn.Linear(8, 8), nn.BatchNorm1d(8), nn.SiLU(), nn.Linear(8, 8), nn.LayerNorm(8), nn.Mish(), nn.Linear(8, 3), nn.Softmax(1)), 4),
    "activations": (chain(5, nn.LeakyReLU(.2), nn.ELU(.7), nn.CELU(1.5), nn.SELU(), nn.Softplus(), nn.Softsign(), nn.Hardtanh(), nn.Hardsigmoid(), nn.GELU(approximate="tanh"), last=[nn.Linear(6, 2, bias=False), nn.Sigmoid()]), 5),
    "residual": (Residual(), 8),
}
for name, (network, width) in networks.items():
    network.eval()
    if name == "mlp":
        network[4].running_mean.uniform_(-1, 1)
        network[4].running_var.uniform_(.5, 2)
    x = torch.randn(7, width)
    torch.onnx.export(network, x, f"{name}.onnx", opset_version=17, input_names=["input"], output_names=["out"], dynamic_axes={"input": {0: "b"}, "out": {0: "b"}})
    with torch.no_grad():
        y = network(x)
    with open(f"{name}.txt", "w") as file:
        for numbers in (x, y):
            file.write(" ".join(map(repr, numbers.flatten().tolist())) + "\n")
