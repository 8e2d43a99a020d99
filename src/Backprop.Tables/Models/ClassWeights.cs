using System.Globalization;
using System.Numerics;
using Backprop.Data;

namespace Backprop.Tables.Models;

/// <summary>What the rows of each class weigh in training.</summary>
public sealed class ClassWeights
{
    private readonly IReadOnlyDictionary<string, double>? _weights;

    private ClassWeights(IReadOnlyDictionary<string, double>? weights) => _weights = weights;

    /// <summary>All classes weigh the same together: a row of class c weighs n / (m n_c), of n rows in m classes.</summary>
    public static ClassWeights Balanced { get; } = new(null);

    /// <summary>Weights by label; classes that are not named weigh 1.</summary>
    /// <exception cref="UsageException">A weight that is negative or not finite.</exception>
    public static ClassWeights Of(IReadOnlyDictionary<string, double> weights)
    {
        ArgumentNullException.ThrowIfNull(weights);
        foreach ((string label, double weight) in weights)
        {
            if (!(weight >= 0) || !double.IsFinite(weight))
            {
                throw Unknown($"{label}={weight.ToString(CultureInfo.InvariantCulture)}", null);
            }
        }

        return new(new Dictionary<string, double>(weights, StringComparer.Ordinal));
    }

    /// <summary>Reads <c>balanced</c>, or label=weight joined by commas.</summary>
    /// <exception cref="UsageException">Neither of them.</exception>
    public static ClassWeights Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text == "balanced")
        {
            return Balanced;
        }

        var weights = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (string part in text.Split(','))
        {
            int equals = part.LastIndexOf('=');
            weights[equals > 0 ? part[..equals].Trim() : throw Unknown(part, null)] =
                double.TryParse(part[(equals + 1)..], NumberStyles.Float, CultureInfo.InvariantCulture, out double weight) && weight >= 0 && double.IsFinite(weight) ? weight : throw Unknown(part, null);
        }

        return new(weights);
    }

    /// <summary>The data with these weights, on top of those that rows have.</summary>
    /// <exception cref="UsageException">The targets are values, or there is no class of a name.</exception>
    internal Dataset<T> Apply<T>(Dataset<T> data, IReadOnlyList<string>? labels) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (!data.Targets.AreClasses)
        {
            throw new UsageException("class weights need classes, the targets are values") { Settings = ["ClassWeights", "Task = classification"] };
        }

        string[] names = labels?.ToArray() ?? [.. Enumerable.Range(0, data.Targets.Count).Select(c => c.ToString(CultureInfo.InvariantCulture))];
        double[] weights = [.. names.Select(_ => 1.0)];
        if (_weights is null)
        {
            int[] counts = new int[weights.Length];
            foreach (int c in data.Targets.ClassIndices)
            {
                counts[c]++;
            }

            int present = counts.Count(count => count > 0);
            weights = [.. counts.Select(count => count == 0 ? 1 : (double)data.Rows / (present * (double)count))];
        }
        else
        {
            foreach ((string label, double weight) in _weights)
            {
                int c = Array.IndexOf(names, label);
                weights[c >= 0 ? c : throw Unknown(label, names)] = weight;
            }
        }

        var samples = new T[data.Rows];
        for (int row = 0; row < samples.Length; row++)
        {
            samples[row] = T.CreateTruncating(weights[data.Targets.ClassIndices[row]]) * (data.SampleWeights?[row] ?? T.One);
        }

        return data.WithSampleWeights(samples);
    }

    private static UsageException Unknown(string part, IReadOnlyList<string>? labels) =>
        new($"class weights: '{part}' found, balanced, or label=weight {(labels is null ? "joined by commas" : $"with a label of {string.Join(", ", labels)}")} expected") { Settings = ["ClassWeights"] };
}
