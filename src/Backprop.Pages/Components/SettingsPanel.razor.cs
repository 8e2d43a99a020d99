using Backprop.Activations;
using Backprop.Pages.Runs;

namespace Backprop.Pages.Components;

/// <summary>What is trained, and how.</summary>
public partial class SettingsPanel
{
    private static readonly string[] s_activations = [.. ActivationFunction.Names];
    private static readonly string[] s_hidden = [.. s_activations.Where(name => ActivationFunction.Create(name).IsElementwise)];
    private static readonly string[] s_optimizers = [.. Backprop.Optimizers.Optimizer.Names];
    private static readonly string[] s_losses = [.. Backprop.Losses.Loss.Names];

    private static string[] Activations => s_activations;

    private static string[] HiddenActivations => s_hidden;

    private bool HasMomentum => Bench.State.Optimizer is "sgd" or "rmsprop";

    private static string[] Optimizers => s_optimizers;

    private static string[] Losses => s_losses;

    private IReadOnlyList<HiddenLayer> Layers => HiddenLayer.Parse(Bench.State.Hidden);

    private string Output => Bench.State.Output ?? (Bench.Problem?.AreClasses == false ? "identity" : "softmax");

    private string Loss => Bench.State.Loss ?? Backprop.Networks.NetworkDefinition.DefaultLoss(ActivationFunction.Parse(Output)).ToString();

    private void SetUnits(int index, int units) => Set([.. Layers.Select((layer, n) => n == index ? layer with { Units = units } : layer)]);

    private void SetActivation(int index, string name) => Set([.. Layers.Select((layer, n) => n == index ? layer with { Activation = name } : layer)]);

    private void Remove(int index) => Set([.. Layers.Where((_, n) => n != index)]);

    private void Add() => Set([.. Layers, Layers.Count == 0 ? new(4, "tanh") : Layers[^1]]);

    private void Set(IReadOnlyList<HiddenLayer> layers) => Bench.Train(state => state with { Hidden = HiddenLayer.Format(layers) });
}
