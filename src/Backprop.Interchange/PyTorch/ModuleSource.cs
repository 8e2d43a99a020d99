using System.Text;
using Backprop.Activations;
using Backprop.Inputs;
using Backprop.Layers;
using Backprop.Losses;
using Backprop.Networks;
using Backprop.Tables;
using static Backprop.Interchange.PyTorch.PythonText;

namespace Backprop.Interchange.PyTorch;

/// <summary>The source of a module: what its network needs, and no more.</summary>
internal static class ModuleSource
{
    private const string Reader = """"
        def read_safetensors(path):
            """The metadata and the tensors of a safetensors file."""
            types = {"F64": torch.float64, "F32": torch.float32}
            with open(path, "rb") as file:
                header = json.loads(file.read(int.from_bytes(file.read(8), "little")))
                data = file.read()
            metadata, tensors = header.pop("__metadata__", {}), {}
            for name, entry in header.items():
                begin, end = entry["data_offsets"]
                tensors[name] = torch.frombuffer(bytearray(data[begin:end]), dtype=types[entry["dtype"]]).reshape(entry["shape"])
            return metadata, tensors


        def load(path=None):
            """The module with the weights of its file, in evaluation mode.

            path: the model file; None: the one beside this source or, where there is none, the one that was exported."""
            if path is None:
                here = os.path.dirname(os.path.abspath(__file__))
                beside = os.path.join(here, os.path.basename(WEIGHTS))
                path = beside if os.path.exists(beside) else os.path.join(here, WEIGHTS)
            metadata, tensors = read_safetensors(path)
            if json.loads(metadata.get("network", "null")) != json.loads(NETWORK):
                raise ValueError(f"{path}: the network {metadata.get('network')} found, {NETWORK} expected")
            module = Network().to(next(iter(tensors.values())).dtype)
            module.load_state_dict(tensors)
            return module.eval()


        if __name__ == "__main__":
            print(load())

        """";

    private const string Layer = """"
        class Layer(nn.Linear):
            """x -> f(norm(W x + b)), and x beside it where the layer is residual."""

            def __init__(self, inputs, units, activation, norm=None, residual=False, dropout=0.0):
                super().__init__(inputs, units)
                self.activation, self.norm, self.residual, self.dropout = activation, norm, residual, nn.Dropout(dropout)

            def pre_activations(self, x):
                p = super().forward(x)
                return p if self.norm is None else self.norm(p)

            def forward(self, x):
                y = self.dropout(self.activation(self.pre_activations(x)))
                return x + y if self.residual else y



        """";

    private const string Periodic = """"
        class Periodic(nn.Module):
            """v -> A cos(2 pi (w v + phi)) + a, of each number by itself."""

            def __init__(self, numbers, frequencies, size):
                super().__init__()
                self.frequency, self.phase = nn.Parameter(torch.zeros(numbers, frequencies)), nn.Parameter(torch.zeros(numbers, frequencies))
                self.weight, self.bias = nn.Parameter(torch.zeros(numbers, size, frequencies)), nn.Parameter(torch.zeros(numbers, size))

            def forward(self, v):
                turns = v.unsqueeze(-1) * self.frequency + self.phase
                waves = torch.cos(2 * math.pi * (turns - torch.round(turns)))
                return (torch.einsum("nfq,fsq->nfs", waves, self.weight) + self.bias).flatten(1)



        """";

    private const string Sine = """"
        class Sine(nn.Module):
            def forward(self, p):
                return torch.sin(p)



        """";

    private const string Exponential = """"
        class Exponential(nn.Module):
            def forward(self, p):
                return torch.exp(p)



        """";

    /// <summary>The activations as PyTorch's modules.</summary>
    private static readonly Dictionary<string, string> s_activations = new(StringComparer.Ordinal)
    {
        ["identity"] = "nn.Identity()",
        ["relu"] = "nn.ReLU()",
        ["leaky_relu"] = "nn.LeakyReLU({0})",
        ["elu"] = "nn.ELU({0})",
        ["selu"] = "nn.SELU()",
        ["celu"] = "nn.CELU({0})",
        ["gelu"] = "nn.GELU()",
        ["gelu_tanh"] = "nn.GELU(approximate=\"tanh\")",
        ["silu"] = "nn.SiLU()",
        ["mish"] = "nn.Mish()",
        ["softplus"] = "nn.Softplus()",
        ["softsign"] = "nn.Softsign()",
        ["tanh"] = "nn.Tanh()",
        ["sigmoid"] = "nn.Sigmoid()",
        ["hard_sigmoid"] = "nn.Hardsigmoid()",
        ["hard_tanh"] = "nn.Hardtanh()",
        ["exponential"] = "Exponential()",
        ["sine"] = "Sine()",
        ["softmax"] = "nn.Softmax(-1)",
        ["log_softmax"] = "nn.LogSoftmax(-1)",
    };

    /// <param name="model">The model.</param>
    /// <param name="description">The network as its file describes it.</param>
    /// <param name="weights">The file, relative to the source.</param>
    /// <exception cref="ModelException">An activation or a part that PyTorch has not.</exception>
    public static string Of(TabularModel model, string description, string weights)
    {
        NetworkDefinition network = model.Definition;
        double temperature = model.As<float>().Ensemble.Temperature;
        bool isOne = model.Members == 1 && temperature == 1;
        string member = isOne ? "Network" : "Member";
        string[] layers = [.. network.Layers.Select((layer, n) => LayerOf(layer, n + 1, network.InputsOf(n + 1)))];
        var source = new StringBuilder();
        source.Append($""""
            """The network {network}, loss {network.Loss}{(isOne ? "" : $", {model.Members} of it, temperature {Number(temperature)}")}, as a module of PyTorch.

            It takes features as Backprop's predict makes them, [N, {network.Inputs}], and gives [N, {network.Outputs}]:{Features(model)}
            """
            import json
            import math
            import os

            import torch
            from torch import nn

            WEIGHTS = {Quoted(weights)}
            NETWORK = {Quoted(description)}


            """");
        source.Append(layers.Any(layer => layer.Contains("Sine(", StringComparison.Ordinal)) ? Sine : "");
        source.Append(layers.Any(layer => layer.Contains("Exponential(", StringComparison.Ordinal)) ? Exponential : "");
        source.Append(Layer);
        if (network.Input is { } input)
        {
            source.Append(input.Periodic is null ? "" : Periodic).Append(InputOf(input));
        }

        source.Append($"""
            class {member}(nn.Module):
                def __init__(self):
                    super().__init__()
            {(network.Input is null ? "" : "        self.input = Input()\n")}        self.layers = nn.ModuleDict({"{"}
            {string.Join('\n', layers.Select((layer, n) => $"            \"{n + 1}\": {layer},"))}
                    {"}"})

                def forward(self, x{(isOne ? "" : ", logits=False")}):
            {(network.Input is null ? "" : "        x = self.input(x)\n")}        *hidden, last = self.layers.values()
                    for layer in hidden:
                        x = layer(x)
                    return {(isOne ? "last(x)" : "last.pre_activations(x).double() if logits else last(x).double()")}



            """);
        if (!isOne)
        {
            source.Append(EnsembleOf(network, model.Members, temperature));
        }

        return source.Append(Reader).ToString();
    }

    private static string Features(TabularModel model)
    {
        string meaning = OutputText.Of(model.Definition, Names(model.Labels.Count > 0 ? model.Labels : model.TargetNames), model.Labels.Count > 0);
        string features = model.Schema is { } schema ? $"\n\nThe features: {Names(schema.FeatureNames)}." : "";
        return $" {meaning}.{features}";
    }

    /// <summary>Names within a documentation string.</summary>
    private static string Names(IReadOnlyList<string> names)
    {
        const int Most = 100;
        return $"{string.Join(", ", names.Take(Most).Select(name => Quoted(name)[1..^1]))}{(names.Count > Most ? $", … ({names.Count} in all)" : "")}";
    }

    private static string LayerOf(LayerDefinition layer, int number, int inputs)
    {
        var text = new StringBuilder($"Layer({inputs}, {layer.Units}, {ActivationOf(layer.Activation, number)}");
        foreach (LayerPart part in layer.Parts)
        {
            text.Append(part switch
            {
                LayerNorm norm => $", norm=nn.LayerNorm({layer.Units}, eps={Number(norm.Epsilon)})",
                BatchNorm norm => $", norm=nn.BatchNorm1d({layer.Units}, eps={Number(norm.Epsilon)})",
                Residual => ", residual=True",
                Dropout dropout => $", dropout={Number(dropout.Rate)}",
                _ => throw new ModelException($"layer {number}: the part '{part}' is none that PyTorch has, and cannot be exported"),
            });
        }

        return text.Append(')').ToString();
    }

    private static string ActivationOf(ActivationFunction activation, int layer) => s_activations.TryGetValue(activation.Name, out string? module)
        ? module.Replace("{0}", activation.Alpha is { } alpha ? Number(alpha) : "", StringComparison.Ordinal)
        : throw new ModelException($"layer {layer}: the activation '{activation}' is none that PyTorch has, and cannot be exported");

    private static string InputOf(InputDefinition input)
    {
        List<string> made = [], parts = [];
        string numbers = input.Codes.IsEmpty ? "row" : $"row[:, :{input.Numbers}]";
        if (input.Scale)
        {
            made.Add($"self.scale = nn.Parameter(torch.ones({input.Numbers}))");
        }

        if (input.Numbers > 0)
        {
            parts.Add(input.Scale ? "self.scale * v" : "v");
        }

        if (input.Periodic is { } periodic)
        {
            made.Add($"self.periodic = Periodic({input.Numbers}, {periodic.Frequencies}, {periodic.Size})");
            parts.Add("self.periodic(v)");
        }

        if (!input.Codes.IsEmpty)
        {
            made.Add($"self.embeddings = nn.ModuleDict({{{string.Join(", ", input.Codes.Select((code, k) => $"\"{k + 1}\": nn.Embedding({code.Categories}, {code.Size})"))}}})");
            parts.Add("*embedded");
        }

        string codes = input.Codes.IsEmpty ? "" : $"""

                    codes = row[:, {input.Numbers}:].long()
                    if not torch.equal(codes.to(row.dtype), row[:, {input.Numbers}:]):
                        raise ValueError("whole numbers expected as codes of categories")
                    embedded = [embedding(codes[:, k]) for k, embedding in enumerate(self.embeddings.values())]
            """;
        return $""""
            class Input(nn.Module):
                """{input}."""

                def __init__(self):
                    super().__init__()
                    {string.Join("\n        ", made)}

                def forward(self, row):
                    v = {numbers}{codes}
                    return torch.cat([{string.Join(", ", parts)}], dim=1)



            """";
    }

    /// <summary>What several networks say together, as <c>MemberMean</c> does, in double as there.</summary>
    private static string EnsembleOf(NetworkDefinition network, int members, double temperature)
    {
        string output = network.Layers[^1].Activation.Name, divided = temperature == 1 ? "" : $" / {Number(temperature)}";
        string body = output switch
        {
            "sigmoid" => "torch.sigmoid(p).mean(0)",
            "softmax" => "torch.softmax(p, -1).mean(0)",
            "log_softmax" => "torch.logsumexp(torch.log_softmax(p, -1), 0) - math.log(len(p))",
            _ when network.OutputMeaning == OutputMeaning.LogRate => "torch.logsumexp(p, 0) - math.log(len(p))",
            _ when network.OutputMeaning == OutputMeaning.MeanAndLogVariance => "torch.cat([mean.mean(0), torch.log((variance.exp() + (mean - mean.mean(0)) ** 2).mean(0))], -1)",
            _ => "p.mean(0)",
        };
        string split = network.OutputMeaning == OutputMeaning.MeanAndLogVariance ? "\n        mean, variance = p.chunk(2, -1)" : "";
        return $""""
            class Network(nn.Module):
                """What {members} networks say together."""

                def __init__(self):
                    super().__init__()
                    self.members = nn.ModuleDict({"{"}str(k + 1): Member() for k in range({members}){"}"})

                def forward(self, x):
                    p = torch.stack([member(x, logits={(network.HasLogits ? "True" : "False")}) for member in self.members.values()]){divided}{split}
                    return ({body}).to(x.dtype)



            """";
    }
}
