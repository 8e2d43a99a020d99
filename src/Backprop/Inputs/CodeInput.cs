using System.Globalization;
using System.Numerics;
using Backprop.Kernels;
using Backprop.Networks;
using Backprop.Propagation.Stages;

namespace Backprop.Inputs;

/// <summary>The embedding of one category code: the code's row of a learned table.</summary>
/// <param name="column">Where the code stands in a row.</param>
/// <param name="number">Which embedding it is, counted from 1.</param>
/// <param name="embedding">Its sizes.</param>
internal sealed unsafe class CodeInput(int column, int number, CodeEmbedding embedding) : InputPart
{
    private readonly string _number = number.ToString(CultureInfo.InvariantCulture);

    public override int Width => embedding.Size;

    public override long ParameterCount => (long)embedding.Categories * embedding.Size;

    public override void AddParameters<T>(NetworkBuilder<T> network) =>
        network.AddBlock(0, $"embeddings.{_number}.weight", $"embedding{_number}", [embedding.Categories, embedding.Size], network.AddPanels(0, embedding.Categories, embedding.Size));

    /// <summary>Standard normal, as PyTorch's nn.Embedding.</summary>
    public override void Initialize<T>(Network<T> network, CounterRandom random)
    {
        ParameterBlock<T> block = network.Blocks.Single(block => block.Name == $"input.embeddings.{_number}.weight");
        ulong first = (ulong)number << 40;
        block.Set([.. Enumerable.Range(0, block.Length).Select(n => T.CreateTruncating(random.Normal(first + (ulong)n)))]);
    }

    public override InputStage<T, V> Plan<T, V>(InputPlace<T> place) => new CodeStage<T, V>(place, $"embeddings.{_number}.weight", column, embedding);

    public override void Forward<TElement>(ReadOnlySpan<TElement> row, TElement[][] tensors, Span<TElement> x)
    {
        TElement number = row[column];
        int code = (int)ElementAccess.Get(&number, 0);
        tensors[0].AsSpan(code * embedding.Size, embedding.Size).CopyTo(x);
    }

    public override double[] Tangent(int tensor, int index, ReadOnlySpan<double> row, double[][] tensors)
    {
        double[] tangent = new double[embedding.Size];
        (int category, int n) = Math.DivRem(index, embedding.Size);
        tangent[n] = category == (int)row[column] ? 1 : 0;
        return tangent;
    }

    /// <summary>The code that a number of a row is.</summary>
    /// <exception cref="DataException">Not one of the codes.</exception>
    public static int Code<T>(T value, int categories, int row, int column) where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        value >= T.Zero && value < T.CreateTruncating(categories) && T.IsInteger(value)
            ? int.CreateTruncating(value)
            : throw new DataException(string.Create(CultureInfo.InvariantCulture, $"row {row}, feature {column}: {value} found, a category code from 0 to {categories - 1} expected"));
}
