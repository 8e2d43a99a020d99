using Backprop.Kernels;
using Backprop.Networks;

namespace Backprop.Derivations;

/// <summary>One row at a time on its way through a network by plain loops, every layer's numbers kept; and its loss as one parameter moves.</summary>
public sealed class RowTrace
{
    private readonly PlainForward<Lane<double>> _forward;

    /// <summary>Copies the network's present weights.</summary>
    public RowTrace(Network<double> network)
    {
        ArgumentNullException.ThrowIfNull(network);
        _forward = new(network);
    }

    /// <summary>x_ℓ of every layer of the last row, x₀ what the inputs make of it.</summary>
    public double[][] Activations => Numbers(_forward.Here.Activations);

    /// <summary>q_ℓ = W_ℓ x_{ℓ−1} + b_ℓ of every layer of the last row, from ℓ = 1 on; p_ℓ where there is no norm.</summary>
    public double[][] Products => Numbers(_forward.Here.Products);

    /// <summary>p_ℓ, what the activation is of, of every layer of the last row, from ℓ = 1 on.</summary>
    public double[][] PreActivations => Numbers(_forward.Here.PreActivations);

    /// <summary>Takes a row through the network.</summary>
    /// <param name="features">The row, [Inputs].</param>
    /// <param name="targets">t, [TargetCount].</param>
    /// <returns>L(y | t).</returns>
    /// <exception cref="DataException">A row that x₀ cannot be made of.</exception>
    public double Run(ReadOnlySpan<double> features, ReadOnlySpan<double> targets) => _forward.Run(features, targets).Value;

    /// <summary>The loss of the last row if one parameter had another value.</summary>
    public double LossWith(ParameterName parameter, double value) => _forward.With(parameter, new(value)).Value;

    private static double[][] Numbers(Lane<double>[][] values) => [.. values.Select(layer => Array.ConvertAll(layer, value => value.Value))];
}
