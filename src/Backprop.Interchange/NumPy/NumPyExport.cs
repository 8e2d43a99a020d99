using System.Globalization;
using System.Numerics;
using Backprop.Layers;
using Backprop.Losses;
using Backprop.ModelFiles;
using Backprop.Networks;
using Backprop.Tables;
using Backprop.Tables.Cells;
using Backprop.Tables.Models;
using Backprop.Tables.Schemas;

namespace Backprop.Interchange.NumPy;

/// <summary>
/// Models as NumPy's .npz, by the names of scikit-learn's MLPClassifier: <c>coefs_0</c> [In×Out], <c>intercepts_0</c> [Out], …, so that xₗ = f(xₗ₋₁ @ coefs_ + intercepts_); <c>activations</c>, one for each layer;
/// <c>activation</c>, <c>out_activation_</c>, where they are scikit-learn's; <c>loss</c>; of the columns <c>classes_</c>, <c>feature_names_in_</c>, <c>mean_</c>, <c>scale_</c>: x₀ = (column − mean_) / scale_; <c>statistics_</c>, which
/// stand in for missing cells; <c>missing_texts</c>, the cells that are missing beside empty ones; <c>thresholds</c>.
/// </summary>
/// <example>
/// <code>
/// TabularModel model = TabularModel.Load("flowers.safetensors");
/// NumPyExport.Write(model, "flowers.npz");
/// </code>
/// </example>
public static class NumPyExport
{
    /// <summary>Writes a file, whole or not at all.</summary>
    /// <param name="model">The model, of float or of double: its arrays are of the same.</param>
    /// <param name="path">The file.</param>
    /// <param name="bare">The network alone, nothing of columns.</param>
    /// <param name="allowLoss">Whether what dense layers cannot carry is left out, or becomes part of their weights, where that leaves a network: batch_norm, a learned scale of the inputs, a temperature. It is said.</param>
    /// <param name="notes">What is left out goes here.</param>
    /// <exception cref="ModelException">Something of the model that dense layers cannot carry: which, by name.</exception>
    /// <exception cref="DataException">The file cannot be written.</exception>
    public static void Write(TabularModel model, string path, bool bare = false, bool allowLoss = false, Notes? notes = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(path);
        switch (model)
        {
            case TabularModel<double> doubles:
                Write(doubles, path, bare, allowLoss, notes);
                break;
            default:
                Write(model.As<float>(), path, bare, allowLoss, notes);
                break;
        }
    }

    private static void Write<T>(TabularModel<T> model, string path, bool bare, bool allowLoss, Notes? notes) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        NetworkDefinition network = model.Definition;
        TableSchema? schema = bare ? null : model.Schema;
        Require(model, schema, allowLoss);
        var layers = PlainLayers.Of(model.Ensemble.Members[0]);
        if (model.Ensemble.Temperature != 1)
        {
            notes?.Add(new(string.Create(CultureInfo.InvariantCulture, $"left out: the temperature {model.Ensemble.Temperature}, by which logits are divided: labels are the same, probabilities are not"), IsLoss: true));
        }

        foreach (string folded in Foldable(network))
        {
            notes?.Add(new($"{folded} is part of the weights now: predictions are the same but for rounding", IsLoss: true));
        }

        bool isPlain = schema?.Columns.Where(column => column.IsFeature).All(IsPlain) == true;
        if (schema is not null && !isPlain)
        {
            notes?.Add(new($"left out: what makes features of the columns, as of '{schema.Columns.First(column => column.IsFeature && !IsPlain(column)).Name}': the file's network takes features as predict makes them, {ArrayNames.MadeFeatures} has their names; export --to onnx carries it", IsLoss: true));
        }

        if (isPlain)
        {
            foreach (string left in NotOfArrays(schema!))
            {
                notes?.Add(new($"left out: {left}", IsLoss: true));
            }
        }

        if (schema is not null && OutputText.Logarithms(network) is { } logarithms)
        {
            string scaled = network.OutputMeaning == OutputMeaning.MeanAndLogVariance && schema.Target.Scales is not null ? $"; {ArrayNames.TargetMean} and {ArrayNames.TargetScale} are of the means, and the deviations · {ArrayNames.TargetScale} are in their own units" : "";
            notes?.Add(new($"of what the arrays give, {logarithms}{scaled}", IsLoss: false));
        }

        AtomicFile.Write(path, stream =>
        {
            using var buffered = new MemoryStream(); // what is written into a pipe cannot be gone back in
            using (var file = new NpzWriter(buffered))
            {
                Write(file, network, layers);
                Write(file, model, schema, isPlain);
            }

            buffered.WriteTo(stream);
        });
    }

    private static void Write<T>(NpzWriter file, NetworkDefinition network, IReadOnlyList<(T[] Weights, T[] Biases)> layers) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int n = 0; n < layers.Count; n++)
        {
            (int units, int inputs) = (network.Layers[n].Units, network.InputsOf(n + 1));
            T[] turned = new T[layers[n].Weights.Length];
            for (int at = 0; at < turned.Length; at++)
            {
                turned[at] = layers[n].Weights[(at % units * inputs) + (at / units)];
            }

            file.Add<T>(string.Create(CultureInfo.InvariantCulture, $"{ArrayNames.Weights}{n}"), turned, inputs, units);
            file.Add<T>(string.Create(CultureInfo.InvariantCulture, $"{ArrayNames.Biases}{n}"), layers[n].Biases, units);
        }

        string[] activations = [.. network.Layers.Select(layer => layer.Activation.ToString())];
        file.Add(ArrayNames.Activations, activations);
        string[] hidden = [.. activations[..^1].Distinct(StringComparer.Ordinal)];
        if (hidden.Length <= 1 && ArrayNames.Known.TryGetValue(hidden.FirstOrDefault("identity"), out string? one) && ArrayNames.Known.TryGetValue(activations[^1], out string? output))
        {
            file.Add(ArrayNames.Activation, [one], isOne: true);
            file.Add(ArrayNames.OutputActivation, [output], isOne: true);
        }

        file.Add(ArrayNames.Loss, [network.Loss.ToString()], isOne: true);
    }

    private static void Write<T>(NpzWriter file, TabularModel<T> model, TableSchema? schema, bool isPlain) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (schema is null)
        {
            return;
        }

        file.Add(isPlain ? ArrayNames.Features : ArrayNames.MadeFeatures, schema.FeatureNames);
        FeatureColumn[] columns = [.. schema.Columns.Where(column => column.IsFeature)];
        if (isPlain)
        {
            file.Add<double>(ArrayNames.Mean, [.. columns.Select(column => column.Mean)], columns.Length);
            file.Add<double>(ArrayNames.Scale, [.. columns.Select(column => column.Scale)], columns.Length);
            if (columns.Any(column => !double.IsNaN(column.Imputed)))
            {
                file.Add<double>(ArrayNames.Imputed, [.. columns.Select(column => column.Imputed)], columns.Length);
            }
        }

        if (isPlain && schema.Missing is { } missing)
        {
            file.Add(ArrayNames.Missing, missing);
        }

        if (schema.Target.Kind == TargetKind.Class)
        {
            file.Add(ArrayNames.Classes, [.. model.Labels]);
        }

        file.Add(ArrayNames.Targets, schema.Target.Names);
        if (schema.Target is { Means: { } means, Scales: { } scales })
        {
            file.Add<double>(ArrayNames.TargetMean, [.. means], means.Count);
            file.Add<double>(ArrayNames.TargetScale, [.. scales], scales.Count);
        }

        if (schema.Target.Thresholds is { } thresholds)
        {
            file.Add<double>(ArrayNames.Thresholds, [.. thresholds], thresholds.Count);
        }
    }

    /// <exception cref="ModelException">Something that dense layers cannot carry.</exception>
    private static void Require<T>(TabularModel<T> model, TableSchema? schema, bool allowLoss) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        NetworkDefinition network = model.Definition;
        string others = schema?.Offset is null ? "onnx, pytorch and csharp" : "onnx and csharp"; // a module of pytorch leaves exposures to its caller
        string? never = model.Members > 1 ? $"an ensemble of {model.Members} networks"
            : schema?.Offset is not null ? $"the exposures '{schema.Offset}'"
            : network.Input?.Periodic is not null ? "the periodic embedding of the inputs"
            : network.Input?.Codes.IsEmpty == false ? "the embeddings of the inputs"
            : network.Layers.Select((layer, n) => layer.Parts.FirstOrDefault(part => part is not (BatchNorm or Dropout)) is { } odd ? string.Create(CultureInfo.InvariantCulture, $"{odd} of layer {n + 1}") : null).FirstOrDefault(why => why is not null);
        if (never is not null)
        {
            throw new ModelException($"{never} cannot be carried by dense layers alone, which .npz has; {others} carry it");
        }

        string? unless = allowLoss ? null : Foldable(network).FirstOrDefault() ?? (model.Ensemble.Temperature == 1 ? null : string.Create(CultureInfo.InvariantCulture, $"the temperature {model.Ensemble.Temperature}"));
        if (unless is not null)
        {
            throw new ModelException($"{unless} cannot be carried by dense layers alone, which .npz has; {others} carry it") { Settings = ["AllowLoss"] };
        }
    }

    /// <summary>What can become part of the weights, which are then others.</summary>
    private static IEnumerable<string> Foldable(NetworkDefinition network) =>
    [
        .. network.Input?.Scale == true ? ["the learned scale of the inputs"] : Array.Empty<string>(),
        .. network.Layers.SelectMany((layer, n) => layer.Parts.OfType<BatchNorm>().Select(norm => string.Create(CultureInfo.InvariantCulture, $"{norm} of layer {n + 1}"))),
    ];

    /// <summary>What a schema of plain numbers knows, and arrays do not.</summary>
    private static IEnumerable<string> NotOfArrays(TableSchema schema)
    {
        IEnumerable<(string Name, NumberFormat? Format)> formats = schema.Columns.Where(column => column.IsFeature).Select(column => (column.Name, column.Format)).Concat(schema.Target.Names.Zip(schema.Target.Formats ?? []));
        if (formats.FirstOrDefault(column => column.Format is { } format && format != NumberFormat.Plain).Name is { } marked)
        {
            yield return $"how numbers are written, as in '{marked}': a model that is made of the file reads plain ones, 1234.5";
        }

        if (schema.SampleWeight is { } weight)
        {
            yield return $"that '{weight}' weighs rows";
        }

        if (schema.Ids is { Count: > 0 } ids)
        {
            yield return $"the columns that predictions carry along: {Suggestion.List([.. ids])}";
        }
    }

    /// <summary>(x − mean) / scale and nothing else, with one number for gaps.</summary>
    private static bool IsPlain(FeatureColumn column) => column is { Kind: FeatureKind.Numeric, FeatureCount: 1, IsFlagOnly: false, IsBounded: false };
}
