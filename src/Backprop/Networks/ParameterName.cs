using System.Globalization;

namespace Backprop.Networks;

/// <summary>
/// One learned number of a network: a weight, <c>W2[3,5]</c> (layer 2, from unit 5 of layer 1 to unit 3 of layer 2), a bias, <c>b2[3]</c>, or an
/// entry of another tensor by its symbol, <c>gamma2[3]</c>. Layers count from 1, 0 is the inputs'; units and all other places count from 0.
/// </summary>
/// <param name="Layer">ℓ.</param>
/// <param name="Output">i, the unit of layer ℓ; of another tensor the first index.</param>
/// <param name="Input">j, the unit of layer ℓ − 1; −1 for a bias. Of another tensor the second index, −1 where it has none.</param>
public readonly record struct ParameterName(int Layer, int Output, int Input = -1)
{
    private readonly string? _kind; // null: W or b
    private readonly int _third; // the third index and 1; 0: there is none

    private ParameterName(TensorDefinition tensor, ReadOnlySpan<int> indices) : this(tensor.Layer, indices[0], indices.Length > 1 ? indices[1] : -1) =>
        (_kind, _third) = (tensor.Kind is "W" or "b" ? null : tensor.Kind, indices.Length > 2 ? indices[2] + 1 : 0);

    /// <summary>The tensor's name in formulas without the layer: <c>W</c>, <c>b</c>, <c>gamma</c>.</summary>
    public string Kind => _kind ?? (Input < 0 ? "b" : "W");

    /// <summary>Whether it is a weight of a layer's product.</summary>
    public bool IsWeight => _kind is null && Input >= 0;

    /// <summary>Whether it is a bias of a layer's product.</summary>
    public bool IsBias => _kind is null && Input < 0;

    private int[] Indices => [Output, .. Input < 0 ? Array.Empty<int>() : [Input], .. _third == 0 ? Array.Empty<int>() : [_third - 1]];

    /// <summary>The n-th number of a tensor, row-major.</summary>
    /// <exception cref="ArgumentOutOfRangeException">No such place.</exception>
    public static ParameterName Of(TensorDefinition tensor, int n)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)n, (uint)tensor.Length, nameof(n));
        Span<int> indices = stackalloc int[tensor.Shape.Length];
        for (int k = indices.Length - 1; k >= 0; k--)
        {
            (n, indices[k]) = Math.DivRem(n, tensor.Shape[k]);
        }

        return new(tensor, indices);
    }

    /// <summary>Reads <c>W2[3,5]</c>, <c>b2[3]</c> or <c>gamma2[3]</c>, and requires that the network has it.</summary>
    /// <exception cref="UsageException">Not of that form, or no such parameter.</exception>
    public static ParameterName Parse(string text, NetworkDefinition network)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(network);
        string trimmed = text.Trim();
        int open = trimmed.IndexOf('[', StringComparison.Ordinal);
        if (open < 1 || !trimmed.EndsWith(']'))
        {
            throw Malformed(text, network);
        }

        string symbol = trimmed[..open].TrimEnd(), kind = symbol.TrimEnd([.. "0123456789"]);
        string[] places = trimmed[(open + 1)..^1].Split(',');
        int[] indices = new int[places.Length];
        for (int k = 0; k < places.Length; k++)
        {
            if (!Number(places[k], out indices[k]))
            {
                throw Malformed(text, network);
            }
        }

        bool isOfInputs = network.Tensors.Any(tensor => tensor.Layer == 0 && tensor.Kind == symbol);
        TensorDefinition[] alike = [.. network.Tensors.Where(tensor => tensor.IsTrained && tensor.Shape.Length == indices.Length && tensor.Kind == (isOfInputs ? symbol : kind.TrimEnd()))];
        int layer = 0;
        if (alike.Length == 0 || (!isOfInputs && !Number(symbol[kind.Length..], out layer)))
        {
            throw Malformed(text, network);
        }

        var name = new ParameterName(alike.FirstOrDefault(tensor => tensor.Layer == layer) ?? alike[0], indices) with { Layer = layer };
        name.RequireIn(network);
        return name;
    }

    /// <summary>Whether a tensor is the one that it is in.</summary>
    internal bool IsOf(TensorDefinition tensor) => tensor.Layer == Layer && tensor.Kind == Kind && tensor.IsTrained;

    /// <summary>Its place in that tensor, row-major.</summary>
    /// <exception cref="UsageException">No such place.</exception>
    internal int IndexIn(TensorDefinition tensor)
    {
        int index = 0;
        int[] indices = Indices;
        for (int k = 0; k < indices.Length; k++)
        {
            Within(What(tensor, k), indices[k], 0, tensor.Shape[k] - 1);
            index = (index * tensor.Shape[k]) + indices[k];
        }

        return index;
    }

    /// <summary>Requires that a network has it.</summary>
    /// <exception cref="UsageException">It does not: what it has.</exception>
    internal void RequireIn(NetworkDefinition network)
    {
        ParameterName own = this;
        if (network.Tensors.FirstOrDefault(own.IsOf) is { } tensor)
        {
            own.IndexIn(tensor);
            return;
        }

        Within("the network has layer", Layer, 1, network.Layers.Length);
        throw new UsageException($"parameter '{this}': layer {Layer} has no {Kind}, but {string.Join(", ", network.Tensors.Where(tensor => tensor.Layer == own.Layer && tensor.IsTrained).Select(tensor => tensor.Symbol))}");
    }

    private static bool Number(string text, out int value) => int.TryParse(text.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out value);

    /// <summary>An example of each kind that the network has.</summary>
    private static UsageException Malformed(string text, NetworkDefinition network)
    {
        string[] others = [.. network.Tensors.Where(tensor => tensor.IsTrained && tensor.Kind is not ("W" or "b")).DistinctBy(tensor => tensor.Kind).Select(tensor => Of(tensor, tensor.Length - 1).ToString())];
        return new($"parameter '{text}': expected a weight such as W2[3,5] or a bias such as b2[3]{(others.Length == 0 ? "" : $", or of this network {string.Join(", ", others)}")}");
    }

    /// <summary>What a dimension of a tensor counts.</summary>
    private static string What(TensorDefinition tensor, int dimension) => tensor switch
    {
        { Kind: "W", Layer: 1 } when dimension == 1 => "the network has input",
        { Kind: "W" } when dimension == 1 => $"layer {tensor.Layer - 1} has unit",
        { Layer: > 0 } when dimension == 0 => $"layer {tensor.Layer} has unit",
        { Shape.Length: 1 } => $"{tensor.Symbol} has place",
        _ => $"dimension {dimension + 1} of {tensor.Symbol} has place",
    };

    private void Within(string what, int value, int low, int high)
    {
        if (value < low || value > high)
        {
            throw new UsageException($"parameter '{this}': {what}{(low == high ? $" {low} only" : $"s {low} to {high}")}, found {value}");
        }
    }

    /// <summary><c>W2[3,5]</c>, <c>b2[3]</c>, <c>gamma2[3]</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Kind}{(_kind is not null && Layer == 0 ? "" : Layer.ToString(CultureInfo.InvariantCulture))}[{string.Join(',', Indices)}]");
}
