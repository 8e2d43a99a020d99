using System.Numerics;
using Backprop.Kernels;
using Backprop.Losses;
using Backprop.Networks;

namespace Backprop.Propagation;

/// <summary>
/// The turning point: y = f_N(p), the loss, and Δ_N. One sample per lane: a block of samples is transposed, so that softmax and every
/// loss are sums over a loop and never across lanes.
/// </summary>
internal static unsafe class OutputPass<T, V>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where V : unmanaged, ILanes<V, T>
{
    /// <summary>The elements of scratch memory that <see cref="Run"/> needs.</summary>
    public static int ScratchSize(NetworkDefinition definition) => (3 * definition.Outputs) + definition.TargetCount;

    /// <param name="network">Its definition says what the outputs are.</param>
    /// <param name="workspace">X_N holds P_N and receives Y; the losses and Δ_N are written as far as <paramref name="stage"/> asks.</param>
    /// <param name="kernel">Output activation and loss.</param>
    /// <param name="scratch"><see cref="ScratchSize"/> elements of the calling thread's own.</param>
    /// <param name="first">The first sample.</param>
    /// <param name="count">The number of samples.</param>
    /// <param name="classes">Whether the targets are classes.</param>
    /// <param name="stage">Where to stop.</param>
    public static void Run(Network<T> network, Workspace<T> workspace, OutputKernel<V> kernel, V* scratch, int first, int count, bool classes, OutputStage stage)
    {
        int layer = network.Layers.Length, stride = workspace.Strides[layer];
        int outputs = network.Definition.Outputs, targets = network.Definition.TargetCount;
        V* p = scratch, y = p + outputs, delta = y + outputs, t = delta + outputs;
        for (int sample = first; sample < first + count; sample += V.Count)
        {
            int lanes = Math.Min(V.Count, first + count - sample);
            T* x = workspace.Activations[layer].Pointer + ((long)sample * stride);
            new Span<V>(p, outputs).Clear();
            Transpose(x, stride, (T*)p, lanes, outputs);
            kernel.Forward(p, y, outputs);
            TransposeBack((T*)y, x, stride, lanes, outputs);
            if (stage == OutputStage.Outputs)
            {
                continue;
            }

            new Span<V>(t, targets).Clear();
            if (classes)
            {
                for (int lane = 0; lane < lanes; lane++)
                {
                    ((T*)t)[(workspace.ClassIndices[sample + lane] * V.Count) + lane] = T.One;
                }
            }
            else
            {
                Transpose(workspace.TargetValues.Pointer + ((long)sample * targets), targets, (T*)t, lanes, targets);
            }

            var ps = new ReadOnlySpan<V>(p, outputs);
            var ys = new ReadOnlySpan<V>(y, outputs);
            var ts = new ReadOnlySpan<V>(t, targets);
            V loss = kernel.Value(ps, ys, ts), scale = default;
            for (int lane = 0; lane < lanes; lane++)
            {
                workspace.Losses.Pointer[sample + lane] = loss[lane];
                ((T*)&scale)[lane] = workspace.Scales.Pointer[sample + lane];
            }

            if (stage == OutputStage.Losses)
            {
                continue;
            }

            kernel.Delta(ps, ys, ts, new(delta, outputs));

            for (int output = 0; output < outputs; output++)
            {
                delta[output] = delta[output] * scale;
            }

            TransposeBack((T*)delta, workspace.Deltas[layer].Pointer + ((long)sample * stride), stride, lanes, outputs);
        }
    }

    private static void Transpose(T* rows, nint stride, T* columns, int count, int width)
    {
        for (int row = 0; row < count; row++)
        {
            for (int column = 0; column < width; column++)
            {
                columns[((nint)column * V.Count) + row] = rows[(row * stride) + column];
            }
        }
    }

    private static void TransposeBack(T* columns, T* rows, nint stride, int count, int width)
    {
        for (int row = 0; row < count; row++)
        {
            for (int column = 0; column < width; column++)
            {
                rows[(row * stride) + column] = columns[((nint)column * V.Count) + row];
            }
        }
    }
}
