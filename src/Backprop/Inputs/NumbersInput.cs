using System.Numerics;
using System.Runtime.CompilerServices;
using Backprop.Kernels;
using Backprop.Networks;
using Backprop.Propagation;
using Backprop.Propagation.Stages;

namespace Backprop.Inputs;

/// <summary>The numbers of a row: v, or s ∘ v with a learned scale s.</summary>
internal sealed class NumbersInput(int numbers, bool hasScale) : InputPart
{
    public override int Width => numbers;

    public override void AddParameters<T>(NetworkBuilder<T> network)
    {
        if (hasScale)
        {
            network.AddBlock(0, "scale", "scale", [numbers], network.AddPanels(0, rows: 1, numbers), initial: 1);
        }
    }

    public override InputStage<T, V> Plan<T, V>(InputPlace<T> place) => new NumbersStage<T, V>(place, numbers, hasScale);

    public override void Forward<TElement>(ReadOnlySpan<TElement> row, TElement[][] tensors, Span<TElement> x)
    {
        for (int j = 0; j < numbers; j++)
        {
            x[j] = hasScale ? tensors[0][j] * row[j] : row[j];
        }
    }

    public override double[] Tangent(int tensor, int index, ReadOnlySpan<double> row, double[][] tensors)
    {
        double[] tangent = new double[numbers];
        tangent[index] = row[index];
        return tangent;
    }

    public override double Speed(int tensor, int index, ReadOnlySpan<double> row) => Math.Abs(row[index]);

    public override (string Place, string Tangent) Describe(int tensor, int index) => ($"the scale of number {index} of a row", $"the row's number {index} at its place");

    /// <summary><see cref="NumbersInput"/>: rows copied, or times the scale.</summary>
    private sealed unsafe class NumbersStage<T, V> : InputStage<T, V>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where V : unmanaged, ILanes<V, T>
    {
        private readonly InputPlace<T> _place;
        private readonly int _numbers;
        private readonly T* _scale;
        private readonly BatchMatrix<T>? _delta;

        public NumbersStage(InputPlace<T> place, int numbers, bool hasScale)
        {
            (_place, _numbers) = (place, numbers);
            if (!hasScale)
            {
                return;
            }

            ParameterBlock<T> scale = place.Block("scale");
            _scale = place.Pointer(scale);
            if (place.Delta is not null)
            {
                _delta = place.NewMatrix(numbers);
                Sources = [new ScaleGradient<T, V>(scale.Panels, _delta, place.Rows)];
            }
        }

        public override IReadOnlyList<GradientSource<T>> Sources { get; } = [];

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public override void Forward(int thread, int first, int count)
        {
            for (int sample = first; sample < first + count; sample++)
            {
                T* from = _place.Rows.Row(sample), to = _place.Output.Row(sample) + _place.Column;
                for (int j = 0; _scale is not null && j < _numbers; j++)
                {
                    to[j] = _scale[j] * from[j];
                }

                if (_scale is null)
                {
                    RowCopy.Run(from, to, _numbers);
                }
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public override void Backward(int thread, int first, int count, bool toRows)
        {
            if (_delta is not null)
            {
                Copy(_place.Delta!, _place.Column, _delta, _numbers, first, count);
            }

            for (int sample = first; toRows && sample < first + count; sample++)
            {
                T* delta = _place.Delta!.Row(sample) + _place.Column, to = _place.RowDelta!.Row(sample);
                for (int j = 0; j < _numbers; j++)
                {
                    to[j] += _scale is null ? delta[j] : _scale[j] * delta[j];
                }
            }
        }
    }
}
