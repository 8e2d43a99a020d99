using System.Globalization;

namespace Backprop.Networks;

/// <summary>One weight, <c>W2[3,5]</c> (layer 2, from unit 5 of layer 1 to unit 3 of layer 2), or one bias, <c>b2[3]</c>. Layers count from 1, units from 0.</summary>
/// <param name="Layer">ℓ.</param>
/// <param name="Output">i, the unit of layer ℓ.</param>
/// <param name="Input">j, the unit of layer ℓ − 1; −1 for a bias.</param>
public readonly record struct ParameterName(int Layer, int Output, int Input = -1)
{
    /// <summary>Whether it is a bias.</summary>
    public bool IsBias => Input < 0;

    /// <summary>Reads <c>W2[3,5]</c> or <c>b2[3]</c>, and requires that the network has it.</summary>
    /// <exception cref="UsageException">Not of that form, or no such parameter.</exception>
    public static ParameterName Parse(string text, NetworkDefinition network)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(network);
        string trimmed = text.Trim();
        int open = trimmed.IndexOf('[', StringComparison.Ordinal);
        bool bias = trimmed.StartsWith('b');
        if (open < 2 || !trimmed.EndsWith(']') || (!bias && !trimmed.StartsWith('W')) || !Number(trimmed[1..open], out int layer))
        {
            throw Malformed(text);
        }

        string[] indices = trimmed[(open + 1)..^1].Split(',');
        int input = -1;
        if (indices.Length != (bias ? 1 : 2) || !Number(indices[0], out int output) || (!bias && !Number(indices[1], out input)))
        {
            throw Malformed(text);
        }

        var name = new ParameterName(layer, output, input);
        name.RequireIn(network);
        return name;
    }

    /// <summary>Requires that a network has it.</summary>
    /// <exception cref="UsageException">It does not: what it has.</exception>
    internal void RequireIn(NetworkDefinition network)
    {
        Within("the network has layer", Layer, 1, network.Layers.Length);
        Within($"layer {Layer} has unit", Output, 0, network.Layers[Layer - 1].Units - 1);
        if (!IsBias)
        {
            Within(Layer == 1 ? "the network has input" : $"layer {Layer - 1} has unit", Input, 0, network.InputsOf(Layer) - 1);
        }
    }

    private static bool Number(string text, out int value) => int.TryParse(text.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out value);

    private static UsageException Malformed(string text) => new($"parameter '{text}': expected a weight such as W2[3,5] or a bias such as b2[3]");

    private void Within(string what, int value, int low, int high)
    {
        if (value < low || value > high)
        {
            throw new UsageException($"parameter '{this}': {what}{(low == high ? $" {low} only" : $"s {low} to {high}")}, found {value}");
        }
    }

    /// <summary><c>W2[3,5]</c> or <c>b2[3]</c>.</summary>
    public override string ToString() => IsBias
        ? string.Create(CultureInfo.InvariantCulture, $"b{Layer}[{Output}]")
        : string.Create(CultureInfo.InvariantCulture, $"W{Layer}[{Output},{Input}]");
}
