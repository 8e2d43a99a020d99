using Backprop.Networks;
using Backprop.Propagation.Stages;

namespace Backprop.Inputs;

/// <summary>The numbers of a row: v, or s ∘ v with a learned scale s.</summary>
internal sealed class NumbersInput(int numbers, bool hasScale) : InputPart
{
    public override int Width => numbers;

    public override long ParameterCount => hasScale ? numbers : 0;

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
}
