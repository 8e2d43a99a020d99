using System.Numerics;
using System.Runtime.CompilerServices;
using Backprop.Inputs;
using Backprop.Kernels;
using Backprop.Networks;

namespace Backprop.Propagation.Stages;

/// <summary><see cref="CodeInput"/>: the code's row of the table; back: Δ of each sample is added to its code's row, in the samples' order.</summary>
internal sealed unsafe class CodeStage<T, V> : InputStage<T, V>
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
        public override void Sum(in ParameterTiles<T>.Tile tile, int first, int samples, T* start, T* to)
        {
            if (start is null)
            {
                new Span<T>(to, tile.Size).Clear();
            }
            else if (start != to)
            {
                new Span<T>(start, tile.Size).CopyTo(new(to, tile.Size));
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
