using Backprop.Inputs;
using Backprop.Kernels;
using Backprop.Networks;

namespace Backprop.Derivations;

/// <summary>The inputs as derivations see them: a row becomes x₀ by parts that stand side by side, with copies of their numbers; without parts it is x₀.</summary>
/// <param name="network">In double.</param>
internal sealed class PlainInput(Network<double> network)
{
    private readonly Network<double> _network = network;
    private readonly InputPart[] _parts = [.. network.Definition.InputParts];
    private readonly double[][][] _tensors = [.. network.Definition.InputParts.Select(part => network.Blocks.Where(block => ReferenceEquals(block.Tensor.InputPart, part)).Select(block => block.Get()).ToArray())];

    /// <summary>The entries of x₀.</summary>
    public int Width { get; } = network.Definition.InputsOf(1);

    /// <summary>The tensors of each part, on any element.</summary>
    public TElement[][][] Tensors<TElement>() where TElement : unmanaged, IElement<TElement> =>
        Array.ConvertAll(_tensors, part => Array.ConvertAll(part, tensor => Array.ConvertAll(tensor, TElement.Create)));

    /// <summary>Those with one entry replaced.</summary>
    public TElement[][][] With<TElement>(TElement[][][] tensors, ParameterName parameter, TElement value) where TElement : unmanaged, IElement<TElement>
    {
        (int part, int tensor, int index) = Place(parameter);
        TElement[][][] replaced = [.. tensors];
        replaced[part] = [.. tensors[part]];
        replaced[part][tensor] = [.. tensors[part][tensor]];
        replaced[part][tensor][index] = value;
        return replaced;
    }

    /// <summary>x₀ of a row.</summary>
    public void Forward<TElement>(ReadOnlySpan<TElement> row, TElement[][][] tensors, Span<TElement> x) where TElement : unmanaged, IElement<TElement>
    {
        if (_parts.Length == 0)
        {
            row.CopyTo(x);
        }

        for (int n = 0; n < _parts.Length; n++)
        {
            _parts[n].Forward(row, tensors[n], x[.._parts[n].Width]);
            x = x[_parts[n].Width..];
        }
    }

    /// <summary>What the terms of each entry of x₀ add up to in size; 0 where it is the row's own number.</summary>
    public double[] Sizes(ReadOnlySpan<double> row)
    {
        double[] sizes = new double[Width];
        int column = 0;
        for (int n = 0; n < _parts.Length; n++)
        {
            if (_tensors[n].Length > 0)
            {
                _parts[n].Sizes(row, _tensors[n]).CopyTo(sizes, column);
            }

            column += _parts[n].Width;
        }

        return sizes;
    }

    /// <summary>∂x₀/∂parameter.</summary>
    public double[] Tangent(ParameterName parameter, ReadOnlySpan<double> row) => Widen(parameter, row, sizes: false);

    /// <summary>What the terms of each entry of that add up to in size.</summary>
    public double[] TangentSizes(ParameterName parameter, ReadOnlySpan<double> row) => Widen(parameter, row, sizes: true);

    /// <inheritdoc cref="InputPart.Speed"/>
    public double Speed(ParameterName parameter, ReadOnlySpan<double> row)
    {
        (int part, int tensor, int index) = Place(parameter);
        return _parts[part].Speed(tensor, index, row);
    }

    private double[] Widen(ParameterName parameter, ReadOnlySpan<double> row, bool sizes)
    {
        (int part, int tensor, int index) = Place(parameter);
        double[] wide = new double[Width], own = sizes ? _parts[part].TangentSizes(tensor, index, row, _tensors[part]) : _parts[part].Tangent(tensor, index, row, _tensors[part]);
        own.CopyTo(wide, _parts.Take(part).Sum(before => before.Width));
        return wide;
    }

    private (int Part, int Tensor, int Index) Place(ParameterName parameter)
    {
        (int tensor, int index) = PlainLayer.Place(_network, parameter);
        return (Array.IndexOf(_parts, _network.Find(parameter).Block.Tensor.InputPart), tensor, index);
    }
}
