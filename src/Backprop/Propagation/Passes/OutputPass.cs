using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Backprop.Kernels;
using Backprop.Losses;
using Backprop.Networks;

namespace Backprop.Propagation.Passes;

/// <summary>
/// The turning point: y = f_N(p), the loss, and Δ_N. One sample per lane: a block of samples is transposed, so that softmax and every
/// loss are sums over a loop and never across lanes.
/// </summary>
internal sealed unsafe class OutputPass<T, V> : Pass
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where V : unmanaged, ILanes<V, T>
{
    private readonly NetworkDefinition _definition;
    private readonly Samples<T> _samples;
    private readonly OutputKernel<V> _kernel;
    private readonly BatchMatrix<T> _outputs;
    private readonly BatchMatrix<T>? _delta;
    private readonly OutputStage _stage;
    private readonly AlignedBuffer<T>[] _scratchOfThread;

    /// <param name="definition">Says what the outputs are.</param>
    /// <param name="samples">Targets and scales; the losses are written.</param>
    /// <param name="kernel">Output activation and loss.</param>
    /// <param name="outputs">Holds P_N; where the pass ends before the deltas, Y comes in its place.</param>
    /// <param name="delta">Δ_N, if it is wanted.</param>
    /// <param name="stage">What is wanted.</param>
    /// <param name="threads">The threads that may run it.</param>
    public OutputPass(NetworkDefinition definition, Samples<T> samples, OutputKernel<V> kernel, BatchMatrix<T> outputs, BatchMatrix<T>? delta, OutputStage stage, int threads)
    {
        (_definition, _samples, _kernel, _outputs, _delta, _stage) = (definition, samples, kernel, outputs, delta, stage);
        long scratch = ((3L * definition.Outputs) + definition.TargetCount) * V.Count;
        _scratchOfThread = [.. Enumerable.Range(0, threads).Select(_ => new AlignedBuffer<T>(scratch))];
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Run(int thread, int unit, int endUnit, int first, int count)
    {
        int outputs = _definition.Outputs;
        nint stride = _outputs.Stride;
        V* p = (V*)_scratchOfThread[thread].Pointer, y = p + outputs, delta = y + outputs, t = delta + outputs;
        bool classes = _stage != OutputStage.Outputs && _samples.Data.Targets.AreClasses;
        for (int sample = first; sample < first + count; sample += V.Count) // there is room for whole vectors of samples: what is beyond the last is not used
        {
            T* x = _outputs.Row(sample);
            bool isAlone = first + count - sample == 1; // a row of its own in every lane: nothing is transposed
            if (isAlone)
            {
                Spread(x, p, outputs);
            }
            else
            {
                Transposition.Run(x, stride, V.Count, outputs, (T*)p, V.Count);
                Repeat((T*)p, outputs, first + count - sample);
            }

            _kernel.Forward(p, y, outputs);
            if (_stage != OutputStage.Deltas)
            {
                if (isAlone)
                {
                    TakeFirst(y, x, outputs);
                }
                else
                {
                    Transposition.Run((T*)y, V.Count, outputs, V.Count, x, stride);
                }

                if (_stage == OutputStage.Outputs)
                {
                    continue;
                }
            }

            Group(_definition, _samples, _kernel, p, y, t, _delta is null ? null : delta, sample, first + count - 1, classes);
            if (_delta is not null)
            {
                Transposition.Run((T*)delta, V.Count, outputs, V.Count, _delta.Row(sample), _delta.Stride);
            }
        }

        if (_stage != OutputStage.Outputs)
        {
            SumLosses(_samples, first, count);
        }
    }

    /// <summary>The losses of one vector of samples, and Δ_N = scale · D_Nᵀ ∇_yL.</summary>
    /// <param name="definition">Says what the outputs are.</param>
    /// <param name="samples">Targets and scales; the losses are written.</param>
    /// <param name="kernel">Output activation and loss.</param>
    /// <param name="p">P_N [outputs][lane].</param>
    /// <param name="y">f_N(P_N).</param>
    /// <param name="t">Room for the targets.</param>
    /// <param name="delta">Where Δ_N goes; null: not wanted.</param>
    /// <param name="sample">The first sample.</param>
    /// <param name="last">The last sample of all; lanes beyond it have its targets, so that no loss meets what it does not expect.</param>
    /// <param name="classes">Whether the targets are classes.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Group(NetworkDefinition definition, Samples<T> samples, OutputKernel<V> kernel, V* p, V* y, V* t, V* delta, int sample, int last, bool classes)
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
                ((T*)t)[(samples.ClassIndices[Math.Min(sample + lane, last)] * V.Count) + lane] = T.One;
            }
        }
        else if (sample <= last)
        {
            Transposition.Run(samples.TargetValues.Pointer + ((long)sample * targets), targets, Math.Min(V.Count, last + 1 - sample), targets, (T*)t, V.Count);
            Repeat((T*)t, targets, last + 1 - sample);
        }
        else
        {
            for (int target = 0; target < targets; target++)
            {
                t[target] = V.Broadcast(samples.TargetValues.Pointer[((long)last * targets) + target]);
            }
        }

        var ps = new ReadOnlySpan<V>(p, outputs);
        var ys = new ReadOnlySpan<V>(y, outputs);
        var ts = new ReadOnlySpan<V>(t, targets);
        kernel.Value(ps, ys, ts).Store(samples.Losses.Pointer + sample);
        if (delta is null)
        {
            return;
        }

        kernel.Delta(ps, ys, ts, new(delta, outputs));
        V scale = V.Load(samples.Scales.Pointer + sample);
        for (int output = 0; output < outputs; output++)
        {
            delta[output] = V.IfLess(zero, scale, delta[output] * scale, zero); // what weighs nothing counts nothing, even if it is not finite
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Spread(T* row, V* vectors, int count)
    {
        for (int n = 0; n < count; n++)
        {
            vectors[n] = V.Broadcast(row[n]);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void TakeFirst(V* vectors, T* row, int count)
    {
        for (int n = 0; n < count; n++)
        {
            row[n] = *(T*)(vectors + n);
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

    /// <summary>Σ scale · loss of each group of <see cref="Samples{T}.LossGroup"/> samples from <paramref name="first"/> on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void SumLosses(Samples<T> samples, int first, int count)
    {
        for (int sample = first; sample < first + count; sample += Samples<T>.LossGroup)
        {
            samples.LossSums[sample / Samples<T>.LossGroup] = SumOfGroup(samples, sample, Math.Min(Samples<T>.LossGroup, first + count - sample));
        }
    }

    /// <summary>Σ scale · loss, in four chains.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double SumOfGroup(Samples<T> samples, int first, int count)
    {
        Vector256<double> sums = Vector256<double>.Zero;
        T* losses = samples.Losses.Pointer + first, scales = samples.Scales.Pointer + first;
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
