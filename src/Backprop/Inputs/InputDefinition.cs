using System.Collections.Immutable;
using System.Globalization;
using Backprop.Networks;

namespace Backprop.Inputs;

/// <summary>
/// What becomes of a row before the first layer: numbers as they are or each times a learned scale, beside them a periodic embedding of each
/// number, and an embedding of each category code. A row is <see cref="Numbers"/> numbers, then one code for each of <see cref="Codes"/>.
/// </summary>
/// <param name="Numbers">The numbers of a row.</param>
/// <param name="Codes">The category codes that follow them.</param>
/// <param name="Scale">Whether each number is multiplied by a learned scale.</param>
/// <param name="Periodic">A periodic embedding of each number, taken before the scale; null: none.</param>
public sealed record InputDefinition(int Numbers, ImmutableArray<CodeEmbedding> Codes, bool Scale = false, PeriodicEmbedding? Periodic = null)
{
    /// <summary>The category codes that follow the numbers.</summary>
    public ImmutableArray<CodeEmbedding> Codes { get; init; } = Codes.IsDefault ? [] : Codes;

    /// <summary>The entries of a row.</summary>
    public int RowWidth => Numbers + Codes.Length;

    /// <summary>The entries of x₀.</summary>
    public int Width => checked((int)LongWidth);

    private long LongWidth => Numbers + ((long)Numbers * (Periodic?.Size ?? 0)) + Codes.Sum(code => (long)code.Size);

    /// <summary>The parts of x₀ in their order.</summary>
    internal ImmutableArray<InputPart> CreateParts() =>
    [
        .. Numbers > 0 ? [new NumbersInput(Numbers, Scale)] : Array.Empty<InputPart>(),
        .. Periodic is null ? Array.Empty<InputPart>() : [new PeriodicInput(Numbers, Periodic)],
        .. Codes.Select((code, k) => (InputPart)new CodeInput(Numbers + k, k + 1, code)),
    ];

    /// <exception cref="UsageException">A size that cannot be.</exception>
    internal void Validate()
    {
        if (Numbers < 0 || Numbers > NetworkDefinition.MaxWidth || (Numbers == 0 && Codes.IsEmpty))
        {
            throw new UsageException($"the input has {Numbers} numbers and {Codes.Length} codes: 1 to {NetworkDefinition.MaxWidth} in all are needed");
        }

        if (Scale && Numbers == 0)
        {
            throw new UsageException("the input has a scale and no numbers: at least 1 is needed");
        }

        foreach (CodeEmbedding code in Codes)
        {
            if (code.Categories < 1 || code.Size < 1 || (long)code.Categories * code.Size > Array.MaxLength / 2)
            {
                throw new UsageException($"an embedding of {code.Categories} categories in {code.Size} numbers: at least 1 of each is needed, and at most {Array.MaxLength / 2} in all");
            }
        }

        if (Periodic is { } periodic && (periodic.Frequencies < 1 || periodic.Size < 1 || !(periodic.Sigma > 0 && double.IsFinite(periodic.Sigma)) || Numbers == 0))
        {
            throw new UsageException(string.Create(CultureInfo.InvariantCulture, $"a periodic embedding of {Numbers} numbers by {periodic.Frequencies} frequencies in {periodic.Size} numbers with sigma {periodic.Sigma}: at least 1 of each and a finite sigma above 0 are needed"));
        }

        if (LongWidth > NetworkDefinition.MaxWidth)
        {
            throw new UsageException($"the input makes {LongWidth} numbers of a row: at most {NetworkDefinition.MaxWidth} are supported");
        }

        long waves = (long)Numbers * (Periodic?.Frequencies ?? 0) * (Periodic?.Size ?? 0); // of a width that is not too great
        if (waves > Array.MaxLength / 2)
        {
            throw new UsageException($"a periodic embedding has {waves} weights: at most {Array.MaxLength / 2} are supported");
        }
    }

    /// <inheritdoc/>
    public bool Equals(InputDefinition? other) =>
        other is not null && Numbers == other.Numbers && Scale == other.Scale && Equals(Periodic, other.Periodic) && Codes.SequenceEqual(other.Codes);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Numbers, Codes.Length, Scale, Periodic);

    /// <summary><c>3 numbers, scaled; periodic: 5 frequencies in 4 numbers, sigma 0.1; embeddings 7×3, 150×40</c>.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Numbers} numbers{(Scale ? ", scaled" : "")}{(Periodic is null ? "" : $"; periodic: {Periodic.Frequencies} frequencies in {Periodic.Size} numbers, sigma {Periodic.Sigma}")}{(Codes.IsEmpty ? "" : $"; embeddings {string.Join(", ", Codes.Select(code => $"{code.Categories}×{code.Size}"))}")}");
}
