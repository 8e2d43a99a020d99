using Backprop.Kernels;

namespace Backprop.Networks;

/// <summary>
/// A part of θ that is updated alike: a matrix [Rows×Columns] that lies in panels of columns (<see cref="Layout"/>), padded with zeros. Weights
/// and biases of a layer share one: [In + 1×Out], the biases as the last row, weights of an input that is always 1.
/// </summary>
/// <param name="Number">Which part of θ it is, counted from 0.</param>
/// <param name="Layer">The layer that it belongs to, counted from 1; 0: the inputs.</param>
/// <param name="Offset">Where it begins in θ.</param>
/// <param name="Rows">Its rows.</param>
/// <param name="Columns">Its columns.</param>
/// <param name="PenalisedRows">So many rows, the first ones, are penalised.</param>
internal sealed record ParameterPanels(int Number, int Layer, long Offset, int Rows, int Columns, int PenalisedRows = 0)
{
    /// <summary>Where element [row, column] lies in θ.</summary>
    public long Index<T>(int row, int column) where T : unmanaged => Offset + Layout.PanelIndex<T>(row, column, Rows, Columns);

    /// <summary>Where it ends in θ.</summary>
    public long End<T>() where T : unmanaged => Offset + Layout.PanelSize<T>(Rows, Columns);
}
