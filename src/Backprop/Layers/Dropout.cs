using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Backprop.Propagation.Stages;

namespace Backprop.Layers;

/// <summary>In training each unit of f(p) is 0 with probability <see cref="Rate"/>, and divided by 1 − rate otherwise; afterwards it stays as it is.</summary>
public sealed class Dropout : LayerPart
{
    /// <param name="rate">At least 0 and below 1.</param>
    /// <exception cref="UsageException">Out of that range.</exception>
    public Dropout(double rate = 0.5) : base("dropout", LayerPlace.AfterActivation) => Rate = rate >= 0 && rate < 1
        ? rate
        : throw new UsageException($"dropout must be at least 0 and below 1, found {rate.ToString(CultureInfo.InvariantCulture)}");

    /// <summary>The fraction of units that are set to 0.</summary>
    public double Rate { get; }

    /// <inheritdoc/>
    public override double? Parameter => Rate;

    [ModuleInitializer]
    internal static void Register() => Register(
        "dropout", rate => rate is { } given ? new Dropout(given) : new Dropout(),
        ["dropout"], layer => layer.TryGetProperty("dropout", out JsonElement rate) && rate.GetDouble() != 0 ? new Dropout(rate.GetDouble()) : null);

    internal override int FileVersion => 1;

    internal override void Write(Utf8JsonWriter json) => json.WriteNumber("dropout", Rate);

    internal override string? Misfit(int inputs, int units, bool isOutput) => isOutput ? "the output layer cannot have dropout" : null;

    internal override Stage<T, V>? Plan<T, V>(StagePlace<T> place) =>
        place.IsTraining && Rate > 0 ? new DropoutStage<T, V>(place.Samples, place.NewMatrix(), place.Layer, Rate) : null;
}
