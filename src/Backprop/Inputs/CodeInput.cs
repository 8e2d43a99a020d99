using System.Globalization;
using System.Numerics;
using System.Runtime.CompilerServices;
using Backprop.Kernels;
using Backprop.Networks;
using Backprop.Propagation;
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

    public override void AddParameters<T>(NetworkBuilder<T> network) =>
        network.AddBlock(0, $"embeddings.{_number}.weight", $"embedding{_number}", [embedding.Categories, embedding.Size], network.AddPanels(0, embedding.Categories, embedding.Size));

    /// <summary>Standard normal, as PyTorch's nn.Embedding.</summary>
    public override void Initialize<T>(Network<T> network, CounterRandom random)
    {
        ParameterBlock<T> block = network.Blocks.Single(block => block.Name == $"input.embeddings.{_number}.weight");
        ulong first = (ulong)(number + 8) << 40; // beyond those of periodic inputs
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

    public override (string Place, string Tangent) Describe(int tensor, int index)
    {
        (int code, int n) = Math.DivRem(index, embedding.Size);
        return ($"number {n} of the embedding of code {code} of feature {column} of a row", $"1 at its place if feature {column} of the row is {code}, else 0");
    }

    public override void Require<T>(ReadOnlySpan<T> values, int? row) => Code(values[column], embedding.Categories, row, column);

    /// <summary>The code that a number of a row is.</summary>
    /// <exception cref="DataException">Not one of the codes.</exception>
    public static int Code<T>(T value, int categories, int? row, int column) where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        value >= T.Zero && value < T.CreateTruncating(categories) && T.IsInteger(value)
            ? int.CreateTruncating(value)
            : throw new DataException(string.Create(CultureInfo.InvariantCulture, $"{(row is null ? "" : $"row {row}, ")}feature {column}: {value} found, a category code from 0 to {categories - 1} expected"));

    /// <summary><see cref="CodeInput"/>: the code's row of the table; back: Δ of each sample is added to its code's row, in the samples' order.</summary>
    private sealed unsafe class CodeStage<T, V> : InputStage<T, V>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where V : unmanaged, ILanes<V, T>
    {
        private readonly InputPlace<T> _place;
        private readonly ParameterPanels _panels;
        private readonly CodeEmbedding _embedding;
        private readonly int _column;
        private readonly int[] _codes;
        private readonly BatchMatrix<T>? _delta;

        public CodeStage(InputPlace<T> place, string name, int column, CodeEmbedding embedding)
        {
            (_place, _column, _embedding) = (place, column, embedding);
            _panels = place.Block(name).Panels;
            _codes = new int[place.Samples.Capacity];
            if (place.Delta is not null)
            {
                _delta = place.NewMatrix(embedding.Size);
                Sources = [new Gradient(_panels, _codes, _delta)];
            }
        }

        public override IReadOnlyList<GradientSource<T>> Sources { get; } = [];

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public override void Forward(int thread, int first, int count)
        {
            for (int sample = first; sample < first + count; sample++)
            {
                int code = _codes[sample] = CodeInput.Code(_place.Rows.Row(sample)[_column], _embedding.Categories, _place.Samples.Rows[sample], _column);
                T* to = _place.Output.Row(sample) + _place.Column;
                for (int n = 0; n < _embedding.Size; n += Layout.PanelWidth<T>())
                {
                    T* from = _place.Network.Parameters.Pointer + _panels.Index<T>(code, n);
                    RowCopy.Run(from, to + n, Math.Min(Layout.PanelWidth<T>(), _embedding.Size - n));
                }
            }
        }

        public override void Backward(int thread, int first, int count, bool toRows) => Copy(_place.Delta!, _place.Column, _delta!, _embedding.Size, first, count);

        private sealed class Gradient(ParameterPanels part, int[] codes, BatchMatrix<T> delta) : GradientSource<T>(part)
        {
            [MethodImpl(MethodImplOptions.AggressiveOptimization)]
            public override void Sum(in ParameterTiles<T>.Tile tile, int first, int samples, bool goesOn, T* to)
            {
                if (!goesOn)
                {
                    new Span<T>(to, tile.Size).Clear();
                }

                for (int sample = first; sample < first + samples; sample++)
                {
                    int row = codes[sample] - tile.Input;
                    T* sum = to + ((nint)row * tile.Width), from = delta.Row(sample) + tile.Output;
                    for (int n = 0; (uint)row < (uint)tile.Rows && n < tile.Width; n += V.Count)
                    {
                        (V.Load(sum + n) + V.Load(from + n)).Store(sum + n);
                    }
                }
            }
        }
    }
}
