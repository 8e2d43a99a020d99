using System.Collections.Immutable;
using System.Globalization;
using Backprop.Activations;
using Backprop.Inputs;
using Backprop.Layers;
using Backprop.Losses;

namespace Backprop.Networks;

/// <summary>
/// What a network is, without its numbers: x₀ has <see cref="Inputs"/> entries, layer ℓ = 1 … N computes x_ℓ = f_ℓ(W_ℓ x_{ℓ−1} + b_ℓ), and
/// L(x_N | t) is the loss. Immutable and validated; <c>784-256:relu-128:relu-10:softmax</c> is read and printed.
/// </summary>
public sealed class NetworkDefinition : IEquatable<NetworkDefinition>
{
    /// <summary>The most units, inputs or layers that are accepted.</summary>
    public const int MaxWidth = 1 << 24;

    /// <summary>A network of the given layers.</summary>
    /// <exception cref="UsageException">A size is out of range, softmax stands before the last layer, or the loss does not fit the output layer.</exception>
    public NetworkDefinition(int inputs, IEnumerable<LayerDefinition> layers, Loss? loss = null) : this(inputs, null, layers, loss)
    {
    }

    /// <summary>A network whose rows become x₀ by more than a copy.</summary>
    /// <exception cref="UsageException">As above, or a size of the input that cannot be.</exception>
    public NetworkDefinition(InputDefinition input, IEnumerable<LayerDefinition> layers, Loss? loss = null)
        : this(input?.RowWidth ?? throw new ArgumentNullException(nameof(input)), input, layers, loss)
    {
    }

    private NetworkDefinition(int inputs, InputDefinition? input, IEnumerable<LayerDefinition> layers, Loss? loss)
    {
        ArgumentNullException.ThrowIfNull(layers);
        input?.Validate();
        Inputs = inputs is > 0 and <= MaxWidth ? inputs : throw new UsageException($"a network needs 1 to {MaxWidth} inputs, found {inputs}");
        Layers = [.. layers];
        (Input, InputParts) = (input, input?.CreateParts() ?? []);
        if (Layers.IsEmpty || Layers.Length > MaxWidth)
        {
            throw new UsageException("a network needs at least one layer");
        }

        int before = input?.Width ?? inputs;
        for (int layer = 1; layer <= Layers.Length; layer++)
        {
            LayerDefinition definition = Layers[layer - 1];
            if (definition.Units > MaxWidth || (long)definition.Units * before > Array.MaxLength / 2)
            {
                throw new UsageException($"layer {layer} of {definition.Units} units on {before} inputs is too large");
            }

            if (layer < Layers.Length && !definition.Activation.IsElementwise)
            {
                throw new UsageException($"layer {layer}: {definition.Activation.Name} can only stand at the output");
            }

            foreach (LayerPart part in definition.Parts)
            {
                if (part.Misfit(before, definition.Units, layer == Layers.Length) is { } misfit)
                {
                    throw new UsageException($"layer {layer}: {misfit}") { Settings = ["Network"] };
                }
            }

            before = definition.Units;
        }

        Loss = loss ?? DefaultLoss(Layers[^1].Activation);
        TargetCount = Loss.TargetCount(Outputs);
        Tensors = [.. new NetworkBuilder<float>(this).Blocks.Select(block => block.Tensor)];
        ParameterCount = Tensors.Where(tensor => tensor.IsTrained).Sum(tensor => (long)tensor.Length);
    }

    /// <summary>The entries of a row: of x₀, unless <see cref="Input"/> makes it of them.</summary>
    public int Inputs { get; }

    /// <summary>How rows become x₀; null: they are x₀.</summary>
    public InputDefinition? Input { get; }

    /// <summary>The parts of x₀; none where rows are x₀.</summary>
    internal ImmutableArray<InputPart> InputParts { get; }

    /// <summary>The layers, ℓ = 1 first.</summary>
    public ImmutableArray<LayerDefinition> Layers { get; }

    /// <summary>L.</summary>
    public Loss Loss { get; }

    /// <summary>What y says about t.</summary>
    public OutputMeaning OutputMeaning => Loss.MeaningAfter(Layers[^1].Activation);

    /// <summary>Whether y is made of logits, which a temperature can divide.</summary>
    public bool HasLogits => Layers[^1].Activation.Name is "softmax" or "log_softmax" or "sigmoid";

    /// <summary>The entries of y = x_N.</summary>
    public int Outputs => Layers[^1].Units;

    /// <summary>The entries of t.</summary>
    public int TargetCount { get; }

    /// <summary>The entries of t that outputs are compared with: all but an offset.</summary>
    public int ValueCount => TargetCount - (Loss.TakesOffset ? 1 : 0);

    /// <summary>The tensors of such a network.</summary>
    public ImmutableArray<TensorDefinition> Tensors { get; }

    /// <summary>All numbers that are learned: weights, biases, and what norms have.</summary>
    public long ParameterCount { get; }

    /// <summary>The width of x_{ℓ−1}.</summary>
    public int InputsOf(int layer) => layer == 1 ? Input?.Width ?? Inputs : Layers[layer - 2].Units;

    /// <summary>Whether the tensors have the same names and shapes, so that numbers of one fit the other.</summary>
    internal bool HasShapeOf(NetworkDefinition other) => Tensors.Select(tensor => tensor.ToString()).SequenceEqual(other.Tensors.Select(tensor => tensor.ToString()));

    /// <summary>The same layers under another loss.</summary>
    public NetworkDefinition With(Loss loss) => With(Layers, loss);

    /// <summary>Other layers and another loss on the same inputs.</summary>
    /// <exception cref="UsageException">They do not go together.</exception>
    public NetworkDefinition With(IEnumerable<LayerDefinition> layers, Loss loss) => new(Inputs, Input, layers, loss);

    /// <summary>The loss that goes with an output activation: cross entropy with softmax and log-softmax, binary cross entropy with sigmoid, else the mean squared error.</summary>
    public static Loss DefaultLoss(ActivationFunction output)
    {
        ArgumentNullException.ThrowIfNull(output);
        return Loss.Create(output switch
        {
            Softmax or LogSoftmax => "cross_entropy",
            ElementwiseActivation<Sigmoid> => "binary_cross_entropy",
            _ => "mean_squared_error",
        });
    }

    /// <summary>Reads <c>784-256:relu-10:softmax</c>: the inputs, then each layer's units and activation (identity where none is given), joined by hyphens.</summary>
    /// <exception cref="UsageException">Not of that form.</exception>
    public static NetworkDefinition Parse(string specification, Loss? loss = null)
    {
        ArgumentNullException.ThrowIfNull(specification);
        return OfSpecification(() => Read(specification, loss));
    }

    private static NetworkDefinition Read(string specification, Loss? loss)
    {
        string[] parts = Split(specification);
        if (!int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out int inputs))
        {
            throw new UsageException($"network '{specification}': expected the number of inputs first, such as 784-256:relu-10:softmax, found '{parts[0]}'");
        }

        return new(inputs, ParseLayers(specification, parts[1..]), loss);
    }

    /// <summary>Reads layers alone: <c>256:relu-128:relu</c>.</summary>
    /// <exception cref="UsageException">Not of that form.</exception>
    public static IReadOnlyList<LayerDefinition> ParseLayers(string specification)
    {
        ArgumentNullException.ThrowIfNull(specification);
        return OfSpecification(() => ParseLayers(specification, Split(specification)));
    }

    /// <summary>Says in whatever it throws that a specification decides it.</summary>
    private static TResult OfSpecification<TResult>(Func<TResult> read)
    {
        try
        {
            return read();
        }
        catch (UsageException error) when (error.Settings.Count == 0)
        {
            throw new UsageException(error.Message, error) { Settings = ["Network"] };
        }
    }

    private static LayerDefinition[] ParseLayers(string specification, string[] parts) => [.. parts.Select(part =>
    {
        int colon = part.IndexOf(':', StringComparison.Ordinal);
        string units = colon < 0 ? part : part[..colon];
        return int.TryParse(units, NumberStyles.None, CultureInfo.InvariantCulture, out int count)
            ? ParseLayer(count, colon < 0 ? [] : part[(colon + 1)..].Split(','))
            : throw new UsageException($"network '{specification}': expected units:activation, such as 128:relu, found '{part}'");
    })];

    /// <summary>An activation and parts, in any order; without an activation the identity.</summary>
    private static LayerDefinition ParseLayer(int units, string[] names)
    {
        ILookup<bool, string> areParts = names.ToLookup(name => LayerPart.Names.Contains(name.Split('(')[0].Trim()));
        string[] activations = [.. areParts[false]];
        if (activations.Length > 1 && activations.FirstOrDefault(name => !ActivationFunction.Names.Contains(name.Split('(')[0].Trim())) is { } unknown)
        {
            throw new UsageException(Suggestion.Unknown("activation or part of a layer", unknown.Trim(), [.. ActivationFunction.Names, .. LayerPart.Names]));
        }

        return activations.Length <= 1
            ? new(units, ActivationFunction.Parse(activations is [var only] ? only : "identity"), areParts[true].Select(LayerPart.Parse))
            : throw new UsageException($"a layer of {units} units has two activations, '{activations[0]}' and '{activations[1]}'; its other parts can be {string.Join(", ", LayerPart.Names)}");
    }

    /// <summary>Splits at hyphens outside parentheses, so that leaky_relu(1e-2) stays whole.</summary>
    private static string[] Split(string specification)
    {
        List<string> parts = [];
        int depth = 0, start = 0;
        for (int i = 0; i < specification.Length; i++)
        {
            depth += specification[i] switch { '(' => 1, ')' => -1, _ => 0 };
            if (specification[i] == '-' && depth == 0)
            {
                parts.Add(specification[start..i].Trim());
                start = i + 1;
            }
        }

        parts.Add(specification[start..].Trim());
        return [.. parts];
    }

    /// <summary><c>784-256:relu-128:relu-10:softmax</c>.</summary>
    public override string ToString() => string.Join('-', Layers.Select(layer => layer.ToString()).Prepend(Inputs.ToString(CultureInfo.InvariantCulture)));

    /// <inheritdoc/>
    public bool Equals(NetworkDefinition? other) => other is not null && Inputs == other.Inputs && Equals(Input, other.Input) && Loss.Equals(other.Loss) && Layers.SequenceEqual(other.Layers);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as NetworkDefinition);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Inputs, Outputs, Layers.Length, Loss);
}
