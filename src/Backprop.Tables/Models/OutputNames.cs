using System.Globalization;
using Backprop.Losses;
using Backprop.Networks;
using Backprop.Tables.Schemas;

namespace Backprop.Tables.Models;

/// <summary>What classes and predicted columns are called.</summary>
internal static class OutputNames
{
    /// <summary>The column of a class where nobody knows what the target is called.</summary>
    public const string Usual = "prediction";

    /// <summary>A label for each class: its own; the target's name where classes are one-hot targets; those that no label was seen for go by their number.</summary>
    public static IReadOnlyList<string> Labels(TargetColumns? target, int classes)
    {
        IReadOnlyList<string> known = target?.Labels ?? (target is { Kind: not TargetKind.Class } && classes > 1 && target.Names.Count == classes ? target.Names : []);
        return [.. known, .. Enumerable.Range(0, classes).Skip(known.Count).Select(c => Number(c, known))];
    }

    /// <summary>Its number, marked where a class is called so.</summary>
    private static string Number(int c, IReadOnlyList<string> known)
    {
        string name = c.ToString(CultureInfo.InvariantCulture);
        while (known.Contains(name))
        {
            name = $"#{name}";
        }

        return name;
    }

    /// <summary>A name for each target.</summary>
    public static IReadOnlyList<string> Targets(TargetColumns? target, int count) =>
        target is not null && target.Names.Count == count ? target.Names
        : count == 1 ? [Usual]
        : [.. Enumerable.Range(0, count).Select(output => $"{Usual}_{output}")];

    /// <summary>The column of what is predicted of a target: its name, and of a quantile which one.</summary>
    public static string Column(string target, NetworkDefinition network) => network.OutputMeaning == OutputMeaning.Quantile && network.Loss.Parameter is { } tau
        ? $"{target}_q{tau.ToString("R", CultureInfo.InvariantCulture)}"
        : target;

    /// <summary>The column of a class's score: a probability only where it is one.</summary>
    public static string Class(string label, NetworkDefinition network) => $"{(network.OutputMeaning.IsProbability() ? "p" : "score")}_{label}";
}
