using System.Numerics;
using System.Runtime.CompilerServices;
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
    /// <param name="workspace">X_N holds P_N; Y, the losses and Δ_N are written as far as <paramref name="stage"/> asks.</param>
    /// <param name="kernel">Output activation and loss.</param>
    /// <param name="scratch"><see cref="ScratchSize"/> elements of the calling thread's own.</param>
    /// <param name="first">The first sample, at the beginning of a group of <see cref="Workspace{T}.LossGroup"/>.</param>
    /// <param name="count">The number of samples.</param>
    /// <param name="classes">Whether the targets are classes.</param>
    /// <param name="stage">What is wanted.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(Network<T> network, Workspace<T> workspace, OutputKernel<V> kernel, V* scratch, int first, int count, bool classes, OutputStage stage)
    {
        int layer = network.Layers.Length, stride = workspace.Strides[layer];
        int outputs = network.Definition.Outputs, targets = network.Definition.TargetCount;
        V* p = scratch, y = p + outputs, delta = y + outputs, t = delta + outputs;
        for (int sample = first; sample < first + count; sample += V.Count) // there is room for whole vectors of samples: what is beyond the last is not used
        {
            T* x = workspace.Activations[layer].Pointer + ((long)sample * stride);
            Transposition.Run(x, stride, V.Count, outputs, (T*)p, V.Count);
            kernel.Forward(p, y, outputs);
            if (stage != OutputStage.Deltas)
            {
                Transposition.Run((T*)y, V.Count, outputs, V.Count, x, stride);
                if (stage == OutputStage.Outputs)
                {
                    continue;
                }
            }

            int lanes = Math.Min(V.Count, first + count - sample);
            if (classes)
            {
                V zero = V.Create(0);
                for (int target = 0; target < targets; target++)
                {
                    t[target] = zero;
                }

                for (int lane = 0; lane < lanes; lane++)
                {
                    ((T*)t)[(workspace.ClassIndices[sample + lane] * V.Count) + lane] = T.One;
                }
            }
            else
            {
                Transposition.Run(workspace.TargetValues.Pointer + ((long)sample * targets), targets, lanes, targets, (T*)t, V.Count);
            }

            var ps = new ReadOnlySpan<V>(p, outputs);
            var ys = new ReadOnlySpan<V>(y, outputs);
            var ts = new ReadOnlySpan<V>(t, targets);
            kernel.Value(ps, ys, ts).Store(workspace.Losses.Pointer + sample);
            if (stage == OutputStage.Deltas)
            {
                kernel.Delta(ps, ys, ts, new(delta, outputs));
                V scale = V.Load(workspace.Scales.Pointer + sample);
                for (int output = 0; output < outputs; output++)
                {
                    delta[output] = delta[output] * scale;
                }

                Transposition.Run((T*)delta, V.Count, outputs, V.Count, workspace.Deltas[layer].Pointer + ((long)sample * stride), stride);
            }
        }

        for (int sample = first; stage != OutputStage.Outputs && sample < first + count; sample += Workspace<T>.LossGroup)
        {
            workspace.LossSums[sample / Workspace<T>.LossGroup] = SumLosses(workspace, sample, Math.Min(Workspace<T>.LossGroup, first + count - sample));
        }
    }

    /// <summary>Σ scale · loss, in four chains.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double SumLosses(Workspace<T> workspace, int first, int count)
    {
        double sum0 = 0, sum1 = 0, sum2 = 0, sum3 = 0;
        T* losses = workspace.Losses.Pointer + first, scales = workspace.Scales.Pointer + first;
        int sample = 0;
        for (; sample + 4 <= count; sample += 4)
        {
            sum0 += Product(sample);
            sum1 += Product(sample + 1);
            sum2 += Product(sample + 2);
            sum3 += Product(sample + 3);
        }

        for (; sample < count; sample++)
        {
            sum0 += Product(sample);
        }

        return sum0 + sum1 + (sum2 + sum3);

        double Product(int n) => double.CreateTruncating(losses[n]) * double.CreateTruncating(scales[n]);
    }
}
