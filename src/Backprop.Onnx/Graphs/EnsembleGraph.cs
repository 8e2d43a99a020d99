using System.Globalization;
using Backprop.Activations;
using Backprop.Losses;
using Backprop.Networks;

namespace Backprop.Onnx.Graphs;

/// <summary>What the networks of a model say together of features [N×Inputs]: <c>MemberMean</c> as operators, in double as there.</summary>
internal sealed class EnsembleGraph
{
    private readonly GraphBuilder _graph;
    private readonly Ensemble<float> _ensemble;
    private readonly NetworkDefinition _network;
    private readonly string[] _preActivations;

    public EnsembleGraph(GraphBuilder graph, Ensemble<float> ensemble, string features)
    {
        (_graph, _ensemble, _network) = (graph, ensemble, ensemble.Definition);
        bool isOne = ensemble is { Members.Length: 1, Temperature: 1 }; // as a model file names tensors
        _preActivations = [.. ensemble.Members.Select((member, n) => new NetworkGraph(graph, member, isOne ? "" : string.Create(CultureInfo.InvariantCulture, $"members.{n + 1}.")).PreActivations(features))];
    }

    private ActivationFunction Output => _network.Layers[^1].Activation;

    /// <summary>y [N×Outputs], in float.</summary>
    public string Outputs()
    {
        if (_ensemble is { Members.Length: 1, Temperature: 1 })
        {
            return NetworkGraph.Activation(_graph, Output, _preActivations[0], _network.Layers.Length);
        }

        (string mean, string? variance) = _network.OutputMeaning == OutputMeaning.MeanAndLogVariance ? Mixture() : (Mean(), null);
        return _graph.Cast(variance is null ? mean : _graph.Concat([mean, _graph.Add("Log", variance)]), ElementType.Float);
    }

    /// <summary>What outputs say of the targets, as numbers on the targets' scale: probabilities, rates, values [N×Outputs]; of means and log variances the means and the variances. In double.</summary>
    public (string Mean, string? Variance) Predictions() => _network.OutputMeaning switch
    {
        OutputMeaning.MeanAndLogVariance => Mixture(),
        OutputMeaning.LogProbability => (_network.HasLogits ? Probabilities() : _graph.Add("Exp", Mean()), null),
        OutputMeaning.LogRate => (_network.HasLogits ? _graph.Add("Exp", Mean()) : Rate(), null),
        _ => (Mean(), null),
    };

    /// <summary>y of all together.</summary>
    private string Mean() => !_network.HasLogits ? (_network.OutputMeaning == OutputMeaning.LogRate ? _graph.Add("Log", Rate()) : Mean(Values()))
        : Output.Name != "log_softmax" ? Probabilities()
        : _preActivations.Length > 1 ? _graph.Add("Log", Probabilities())
        : _graph.Add("LogSoftmax", Logits()[0]);

    private string Probabilities() => Mean([.. Logits().Select(logits => _graph.Add(Output.Name == "sigmoid" ? "Sigmoid" : "Softmax", logits))]);

    /// <summary>The mean of e to the outputs.</summary>
    private string Rate() => Mean([.. Values().Select(value => _graph.Add("Exp", value))]);

    /// <summary>Mean and variance of a mixture: that is the mean variance and the variance of the means.</summary>
    private (string Mean, string Variance) Mixture()
    {
        int count = _network.ValueCount;
        string[] values = Values(), means = [.. values.Select(value => _graph.Columns(value, [.. Enumerable.Range(0, count)]))];
        string mean = Mean(means);
        IEnumerable<string> variances = values.Select((value, n) =>
        {
            string own = _graph.Add("Exp", _graph.Columns(value, [.. Enumerable.Range(count, count)]));
            string apart = _graph.Add("Sub", means[n], mean);
            return values.Length == 1 ? own : _graph.Add("Add", own, _graph.Add("Mul", apart, apart));
        });
        return (mean, Mean([.. variances]));
    }

    private string[] Logits() => Array.ConvertAll(_preActivations, p => _ensemble.Temperature == 1 ? _graph.Cast(p, ElementType.Double) : _graph.Add("Div", _graph.Cast(p, ElementType.Double), _graph.Double(_ensemble.Temperature)));

    private string[] Values() => Array.ConvertAll(_preActivations, p => _graph.Cast(NetworkGraph.Activation(_graph, Output, p, _network.Layers.Length), ElementType.Double));

    private string Mean(string[] numbers)
    {
        string sum = numbers[0];
        foreach (string other in numbers.Skip(1))
        {
            sum = _graph.Add("Add", sum, other);
        }

        return numbers.Length == 1 ? sum : _graph.Add("Div", sum, _graph.Double(numbers.Length));
    }
}
