using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Backprop.Data;
using Backprop.Kernels;
using Backprop.Networks;

namespace Backprop.Propagation;

/// <summary>The passes of one network over one workspace, bound to the vectors of this machine. Samples are given as a range of the batch, so that threads share one.</summary>
internal abstract unsafe class Propagator<T>(Network<T> network, Workspace<T> workspace) where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Fewer bytes than this stay in the second cache: their rows need not be asked for.</summary>
    private const long Near = 1 << 19;

    /// <summary>How much of the rows to come is asked for before they are copied.</summary>
    private const int PrefetchedBytes = 8192;

    public Network<T> Network { get; } = network;

    public Workspace<T> Workspace { get; } = workspace;

    /// <summary>Whether another row takes the place of one that counts nothing, so that whatever overflows on its way cannot reach a sum as 0 · ∞: what gradients want, and outputs do not.</summary>
    public bool PassesOverWeightless { get; set; }

    /// <summary>The one registry of vector paths.</summary>
    /// <param name="network">The network.</param>
    /// <param name="workspace">What the batch passes through.</param>
    /// <param name="threads">The threads that will share the work.</param>
    /// <param name="narrowSamples">About how many samples <see cref="NarrowGradient"/> gets; 0: it is not called.</param>
    /// <param name="path">The vectors.</param>
    public static Propagator<T> Create(Network<T> network, Workspace<T> workspace, int threads, int narrowSamples, VectorPath path) =>
        VectorPaths.Dispatch(path, new Maker(network, workspace, threads, narrowSamples));

    /// <summary>Copies rows <paramref name="start"/> + first … of the order into samples first … of the batch, with their targets.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Gather(Dataset<T> data, in RowPermutation order, int start, int first, int count)
    {
        GatherTargets(data, order, start, first, count);
        fixed (T* features = data.Features)
        {
            Copy(features, data.Rows, data.FeatureCount, Workspace.Rows.AsSpan(first, count), Workspace.Activations[0].Pointer + ((long)first * Workspace.Strides[0]), Workspace.Strides[0]);
        }
    }

    /// <summary>The targets alone, and which rows they are.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void GatherTargets(Dataset<T> data, in RowPermutation order, int start, int first, int count)
    {
        Span<int> rows = Workspace.Rows.AsSpan(first, count);
        order.CopyTo(rows, start + first);
        if (PassesOverWeightless && data.SampleWeights is { } weights && data.FirstWeighted >= 0)
        {
            for (int sample = 0; sample < rows.Length; sample++)
            {
                rows[sample] = weights[rows[sample]] == T.Zero ? data.FirstWeighted : rows[sample];
            }
        }

        if (!data.Targets.AreClasses)
        {
            fixed (T* values = data.Targets.AllValues)
            {
                Copy(values, data.Rows, data.Targets.Count, rows, Workspace.TargetValues.Pointer + ((long)first * data.Targets.Count), data.Targets.Count);
                return;
            }
        }

        ReadOnlySpan<int> classes = data.Targets.ClassIndices;
        Span<int> gathered = Workspace.ClassIndices.AsSpan(first, count);
        for (int sample = 0; sample < gathered.Length; sample++)
        {
            gathered[sample] = classes[rows[sample]];
        }
    }

    /// <summary>P_ℓ = X_{ℓ−1} W_ℓᵀ + b_ℓ and X_ℓ = f_ℓ(P_ℓ) for every hidden layer; at the output layer P_N, left in X_N's place.</summary>
    public abstract void Forward(int first, int count, DropoutKey? dropout);

    /// <summary>The same for some panels of one layer: units <paramref name="unit"/> … <paramref name="endUnit"/> − 1.</summary>
    public abstract void ForwardLayer(DenseLayer<T> layer, int unit, int endUnit, int first, int count);

    /// <summary>y = f_N(p_N) in X_N, without a loss.</summary>
    public abstract void Predict(int thread, int first, int count);

    /// <summary>y in X_N, and the losses.</summary>
    public abstract void Losses(int thread, int first, int count, bool classes);

    /// <summary>The losses, and Δ_N = scale · D_Nᵀ ∇_yL; P_N stays in X_N's place.</summary>
    public abstract void Output(int thread, int first, int count, bool classes);

    /// <summary>Δ_ℓ = f′_ℓ(P_ℓ) ∘ (Δ_{ℓ+1} W_{ℓ+1}) from N − 1 down to 1, and Δ₀ = Δ₁ W₁ if asked for.</summary>
    public abstract void Backward(int first, int count, bool toInput, bool dropout);

    /// <summary>Some panels of Δ_{ℓ−1}, ℓ &gt; 1: units <paramref name="unit"/> … <paramref name="endUnit"/> − 1.</summary>
    public abstract void BackwardLayer(DenseLayer<T> layer, int unit, int endUnit, int first, int count);

    /// <summary>to[input, output] = (start) + Σ over samples first … of X_{ℓ−1}[·, input] Δ_ℓ[·, output]: a tile of ∂W_ℓ and ∂b_ℓ in the parameters' own layout.</summary>
    public abstract void GradientTile(in ParameterTiles<T>.Tile tile, int first, int samples, T* start, T* to, bool dropout);

    /// <summary>The gradient of samples first … of a narrow network, from x₀ on; targets, rows and scales are in the workspace.</summary>
    public abstract void NarrowGradient(int thread, Dataset<T> data, int first, int count, bool toInput, T* to);

    /// <summary>to = (start) + Σ over sections of their gradients of the tile, in their order.</summary>
    public abstract void SumSections(GradientSections<T> sections, int count, in ParameterTiles<T>.Tile tile, T* start, T* to);

    /// <summary>Brings the copy of the weights for the backward pass up to date, down to layer <paramref name="lowest"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void RefreshBackwardWeights(int lowest)
    {
        long version = Network.Version;
        int copied = HasFreshCopy ? Workspace.LowestBackwardLayer : int.MaxValue;
        if (copied <= lowest)
        {
            return;
        }

        foreach (DenseLayer<T> layer in Network.Layers)
        {
            for (int output = 0; layer.Index >= lowest && layer.Index < copied && output < layer.Outputs; output += Layout.PanelWidth<T>())
            {
                CopyToBackwardWeights(layer, 0, layer.Inputs, output);
            }
        }

        (Workspace.BackwardVersion, Workspace.LowestBackwardLayer) = (version, lowest);
    }

    /// <summary>Whether the copy is of the weights as they are, from <see cref="Workspace{T}.LowestBackwardLayer"/> on.</summary>
    public bool HasFreshCopy => Workspace.BackwardVersion == Network.Version;

    /// <summary>Says that the network has been updated, and its copy with it: every weight behind layer 1, by <see cref="CopyToBackwardWeights"/>.</summary>
    public void KeepFreshCopy() => (Workspace.BackwardVersion, Workspace.LowestBackwardLayer) = (Network.Version, 2);

    /// <summary>Copies the weights of one panel of outputs and some inputs, of which the first begins a panel.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void CopyToBackwardWeights(DenseLayer<T> layer, int input, int inputs, int output)
    {
        int width = Layout.WidthAt<T>(output, layer.Outputs), outputs = Math.Min(width, layer.Outputs - output), panel = Layout.PanelWidth<T>();
        T* from = Network.Parameters.Pointer + layer.WeightIndex(output, input);
        T* to = Workspace.BackwardWeights[layer.Index].Pointer;
        for (int i = input; i < input + inputs; i += panel)
        {
            Transposition.Run(
                from + ((nint)(i - input) * width), width, Math.Min(panel, input + inputs - i), outputs,
                to + Layout.PanelIndex<T>(output, i, layer.Outputs, layer.Inputs), Layout.WidthAt<T>(i, layer.Inputs));
        }
    }

    /// <summary>sum + Σ scale · loss, in double; the sums of <see cref="Workspace{T}.LossGroup"/> samples that the output pass left, in their order.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public double AddLosses(double sum, int samples)
    {
        for (int group = 0; group * Workspace<T>.LossGroup < samples; group++)
        {
            sum += Workspace.LossSums[group];
        }

        return sum;
    }

    /// <summary>Asks for rows that will be copied soon: in a shuffled order no processor guesses them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Ask(Dataset<T> data, ReadOnlySpan<int> rows)
    {
        if (!IsFar(data.Rows, data.FeatureCount))
        {
            return;
        }

        fixed (T* features = data.Features)
        {
            foreach (int row in rows)
            {
                Prefetch(features + ((nint)row * data.FeatureCount), data.FeatureCount);
            }
        }
    }

    /// <summary>Whether rows are worth asking for: not in the cache already, and not so short that the processor has enough of them under way.</summary>
    private static bool IsFar(int rows, int width) => width * sizeof(T) >= 64 && (long)rows * width * sizeof(T) > Near;

    /// <summary>Copies rows, and asks for those that come later while it does.</summary>
    private static void Copy(T* from, int allRows, int width, ReadOnlySpan<int> rows, T* to, nint toStride)
    {
        int ahead = IsFar(allRows, width) ? Math.Clamp(PrefetchedBytes / (width * sizeof(T)), 1, rows.Length) : rows.Length;
        for (int n = 0; n < ahead && IsFar(allRows, width); n++)
        {
            Prefetch(from + ((nint)rows[n] * width), width);
        }

        for (int n = 0; n < rows.Length; n++)
        {
            if (n + ahead < rows.Length)
            {
                Prefetch(from + ((nint)rows[n + ahead] * width), width);
            }

            Copy(from + ((nint)rows[n] * width), to, width);
            to += toStride;
        }
    }

    private static void Prefetch(T* row, int width)
    {
        for (byte* line = (byte*)((nint)row & ~63); Sse.IsSupported && line < (byte*)(row + width); line += 64)
        {
            Sse.Prefetch0(line);
        }
    }

    /// <summary>Few numbers are copied faster without a call.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Copy(T* from, T* to, int width)
    {
        if (width > 64)
        {
            new Span<T>(from, width).CopyTo(new(to, width));
            return;
        }

        int n = 0;
        for (; n + Vector512<T>.Count <= width; n += Vector512<T>.Count)
        {
            Vector512.Load(from + n).Store(to + n);
        }

        for (; n + Vector128<T>.Count <= width; n += Vector128<T>.Count)
        {
            Vector128.Load(from + n).Store(to + n);
        }

        for (; n < width; n++)
        {
            to[n] = from[n];
        }
    }

    private sealed class Maker(Network<T> network, Workspace<T> workspace, int threads, int narrowSamples) : IVectorVisitor<T, Propagator<T>>
    {
        public Propagator<T> Visit<V>() where V : unmanaged, ILanes<V, T> => new Propagator<T, V>(network, workspace, threads, narrowSamples);
    }
}
