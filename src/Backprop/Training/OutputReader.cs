using System.Numerics;
using System.Runtime.CompilerServices;
using Backprop.Activations;
using Backprop.Kernels;
using Backprop.Networks;

namespace Backprop.Training;

/// <summary>P_N of many rows, and y = f_N(p) of one at a time, in double whatever the network is in.</summary>
/// <param name="network">Says what outputs are.</param>
/// <param name="preActivations">P_N [Rows×Outputs].</param>
/// <param name="areOutputs">Whether they are y already: the mean of several networks.</param>
internal sealed unsafe class OutputReader<T>(NetworkDefinition network, T[] preActivations, bool areOutputs = false) where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly ActivationKernel<Lane<double>> _activation = network.Layers[^1].Activation.Bind<Lane<double>>();

    public NetworkDefinition Network => network;

    public int Width { get; } = network.Outputs;

    /// <summary>p_N of one output.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public double PreActivation(int row, int output) => double.CreateTruncating(preActivations[(row * Width) + output]);

    /// <summary>y of one output, where the activation is elementwise.</summary>
    public double Output(int row, int output)
    {
        double y = PreActivation(row, output);
        if (areOutputs)
        {
            return y;
        }

        _activation.Forward((Lane<double>*)&y, (Lane<double>*)&y, 1);
        return y;
    }

    /// <summary>y of a row.</summary>
    /// <param name="row">Which.</param>
    /// <param name="y">[Outputs], written.</param>
    /// <returns>Whether p_N and y are finite.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public bool Read(int row, Span<double> y)
    {
        bool isFinite = true;
        for (int output = 0; output < y.Length; output++)
        {
            y[output] = PreActivation(row, output);
            isFinite &= double.IsFinite(y[output]);
        }

        if (areOutputs)
        {
            return isFinite;
        }

        fixed (double* at = y)
        {
            _activation.Forward((Lane<double>*)at, (Lane<double>*)at, y.Length);
        }

        foreach (double value in y)
        {
            isFinite &= double.IsFinite(value);
        }

        return isFinite;
    }
}
