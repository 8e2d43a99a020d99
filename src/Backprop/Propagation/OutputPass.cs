using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
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
            Repeat((T*)p, outputs, first + count - sample);
            kernel.Forward(p, y, outputs);
            if (stage != OutputStage.Deltas)
            {
                Transposition.Run((T*)y, V.Count, outputs, V.Count, x, stride);
                if (stage == OutputStage.Outputs)
                {
                    continue;
                }
            }

            Group(network.Definition, workspace, kernel, p, y, t, stage == OutputStage.Deltas ? delta : null, sample, first + count - 1, classes);
            if (stage == OutputStage.Deltas)
            {
                Transposition.Run((T*)delta, V.Count, outputs, V.Count, workspace.Deltas[layer].Pointer + ((long)sample * stride), stride);
            }
        }

        if (stage != OutputStage.Outputs)
        {
            SumLosses(workspace, first, count);
        }
    }

    /// <summary>The losses of one vector of samples, and Δ_N = scale · D_Nᵀ ∇_yL.</summary>
    /// <param name="definition">Says what the outputs are.</param>
    /// <param name="workspace">Targets and scales; the losses are written.</param>
    /// <param name="kernel">Output activation and loss.</param>
    /// <param name="p">P_N [outputs][lane].</param>
    /// <param name="y">f_N(P_N).</param>
    /// <param name="t">Room for the targets.</param>
    /// <param name="delta">Where Δ_N goes; null: not wanted.</param>
    /// <param name="sample">The first sample.</param>
    /// <param name="last">The last sample of all; lanes beyond it have its targets, so that no loss meets what it does not expect.</param>
    /// <param name="classes">Whether the targets are classes.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Group(NetworkDefinition definition, Workspace<T> workspace, OutputKernel<V> kernel, V* p, V* y, V* t, V* delta, int sample, int last, bool classes)
    {
        int outputs = definition.Outputs, targets = definition.TargetCount;
        V zero = V.Create(0);
        if (classes)
        {
            for (int target = 0; target < targets; target++)
            {
                t[target] = zero;
            }

            for (int lane = 0; lane < V.Count; lane++)
            {
                ((T*)t)[(workspace.ClassIndices[Math.Min(sample + lane, last)] * V.Count) + lane] = T.One;
            }
        }
        else if (sample <= last)
        {
            Transposition.Run(workspace.TargetValues.Pointer + ((long)sample * targets), targets, Math.Min(V.Count, last + 1 - sample), targets, (T*)t, V.Count);
            Repeat((T*)t, targets, last + 1 - sample);
        }
        else
        {
            for (int target = 0; target < targets; target++)
            {
                t[target] = V.Broadcast(workspace.TargetValues.Pointer[((long)last * targets) + target]);
            }
        }

        var ps = new ReadOnlySpan<V>(p, outputs);
        var ys = new ReadOnlySpan<V>(y, outputs);
        var ts = new ReadOnlySpan<V>(t, targets);
        kernel.Value(ps, ys, ts).Store(workspace.Losses.Pointer + sample);
        if (delta is null)
        {
            return;
        }

        kernel.Delta(ps, ys, ts, new(delta, outputs));
        V scale = V.Load(workspace.Scales.Pointer + sample);
        for (int output = 0; output < outputs; output++)
        {
            delta[output] = V.IfLess(zero, scale, delta[output] * scale, zero); // what weighs nothing counts nothing, even if it is not finite
        }
    }

    /// <summary>Lanes beyond the last sample repeat it, so that nothing odd arises in them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Repeat(T* values, int vectors, int samples)
    {
        if (samples < V.Count)
        {
            RepeatLast(values, vectors, samples);
        }
    }

    private static void RepeatLast(T* values, int vectors, int samples)
    {
        for (int n = 0; n < vectors; n++, values += V.Count)
        {
            new Span<T>(values + samples, V.Count - samples).Fill(values[samples - 1]);
        }
    }

    /// <summary>Σ scale · loss of each group of <see cref="Workspace{T}.LossGroup"/> samples from <paramref name="first"/> on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void SumLosses(Workspace<T> workspace, int first, int count)
    {
        for (int sample = first; sample < first + count; sample += Workspace<T>.LossGroup)
        {
            workspace.LossSums[sample / Workspace<T>.LossGroup] = SumOfGroup(workspace, sample, Math.Min(Workspace<T>.LossGroup, first + count - sample));
        }
    }

    /// <summary>Σ scale · loss, in four chains.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double SumOfGroup(Workspace<T> workspace, int first, int count)
    {
        Vector256<double> sums = Vector256<double>.Zero;
        T* losses = workspace.Losses.Pointer + first, scales = workspace.Scales.Pointer + first;
        int sample = 0;
        for (; sample + 4 <= count; sample += 4)
        {
            sums += Weigh(Widen(losses + sample), Widen(scales + sample));
        }

        double sum0 = sums[0];
        for (; sample < count; sample++)
        {
            sum0 += scales[sample] == T.Zero ? 0 : double.CreateTruncating(losses[sample]) * double.CreateTruncating(scales[sample]);
        }

        return sum0 + sums[1] + (sums[2] + sums[3]);
    }

    /// <summary>scale · loss, 0 where the scale is 0 even if the loss is not finite.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<double> Weigh(Vector256<double> losses, Vector256<double> scales) =>
        Vector256.AndNot(losses * scales, Vector256.Equals(scales, Vector256<double>.Zero));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<double> Widen(T* values)
    {
        if (typeof(T) == typeof(double))
        {
            return Vector256.Load((double*)values);
        }

        Vector128<float> four = Vector128.Load((float*)values);
        return Vector256.Create(Vector128.WidenLower(four), Vector128.WidenUpper(four));
    }
}
