using System.Numerics;
using Backprop.Data;
using Backprop.Kernels;
using Backprop.Networks;

namespace Backprop.Propagation;

/// <summary>The passes of one network over one workspace, bound to the vectors of this machine. Samples are given as a range of the batch, so that threads share one.</summary>
internal abstract unsafe class Propagator<T>(Network<T> network, Workspace<T> workspace) where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public Network<T> Network { get; } = network;

    public Workspace<T> Workspace { get; } = workspace;

    /// <summary>The inputs of a weight-gradient tile; its outputs are one panel.</summary>
    public const int TileInputs = 64;

    /// <summary>The numbers of the largest tile, panel padding included.</summary>
    public static int TileSize => TileInputs * Layout.PanelWidth<T>();

    /// <summary>The one registry of vector paths.</summary>
    public static Propagator<T> Create(Network<T> network, Workspace<T> workspace, VectorPath path) =>
        VectorPaths.Dispatch(path, new Maker(network, workspace));

    /// <summary>Copies rows <paramref name="start"/> + first … of the order into samples first … of the batch, with their targets.</summary>
    public void Gather(Dataset<T> data, in RowPermutation order, int start, int first, int count)
    {
        int width = data.FeatureCount, targets = data.Targets.Count;
        bool classes = data.Targets.AreClasses;
        nint stride = Workspace.Strides[0];
        fixed (T* features = data.Features, values = data.Targets.AllValues)
        {
            for (int sample = first; sample < first + count; sample++)
            {
                int row = order[start + sample];
                Workspace.Rows[sample] = row;
                new Span<T>(features + ((long)row * width), width).CopyTo(new(Workspace.Activations[0].Pointer + (sample * stride), width));
                if (classes)
                {
                    Workspace.ClassIndices[sample] = data.Targets.ClassIndices[row];
                }
                else if (targets > 0)
                {
                    new Span<T>(values + ((long)row * targets), targets).CopyTo(new(Workspace.TargetValues.Pointer + ((long)sample * targets), targets));
                }
            }
        }
    }

    /// <summary>P_ℓ = X_{ℓ−1} W_ℓᵀ + b_ℓ and X_ℓ = f_ℓ(P_ℓ) for every hidden layer; at the output layer P_N, left in X_N's place.</summary>
    public abstract void Forward(int first, int count, DropoutKey? dropout);

    /// <summary>y = f_N(p_N) in X_N, without a loss.</summary>
    public abstract void Predict(int first, int count);

    /// <summary>y in X_N, and the losses.</summary>
    public abstract void Losses(int first, int count, bool classes);

    /// <summary>y in X_N, the losses, and Δ_N = scale · D_Nᵀ ∇_yL.</summary>
    public abstract void Output(int first, int count, bool classes);

    /// <summary>Δ_ℓ = f′_ℓ(P_ℓ) ∘ (Δ_{ℓ+1} W_{ℓ+1}) from N − 1 down to 1, and Δ₀ = Δ₁ W₁ if asked for.</summary>
    public abstract void Backward(int first, int count, bool toInput, bool dropout);

    /// <summary>tile[input, output] = (start) + Σ over samples of X_{ℓ−1}[·, input] Δ_ℓ[·, output]: a tile of ∂W_ℓ in the weights' own layout.</summary>
    public abstract void WeightGradientTile(DenseLayer<T> layer, int input, int inputs, int output, int samples, T* start, T* tile, bool dropout);

    /// <summary>tile[output] = (start) + Σ over samples of Δ_ℓ[·, output]: a panel of ∂b_ℓ.</summary>
    public abstract void BiasGradientTile(DenseLayer<T> layer, int output, int samples, T* start, T* tile);

    /// <summary>Brings the copy of the weights for the backward pass up to date.</summary>
    public void RefreshBackwardWeights()
    {
        if (Workspace.BackwardVersion == Network.Version)
        {
            return;
        }

        foreach (DenseLayer<T> layer in Network.Layers)
        {
            for (int output = 0; output < layer.Outputs; output += Layout.PanelWidth<T>())
            {
                CopyToBackwardWeights(layer, 0, layer.Inputs, output);
            }
        }

        Workspace.BackwardVersion = Network.Version;
    }

    /// <summary>Copies the weights of some inputs and one panel of outputs.</summary>
    public void CopyToBackwardWeights(DenseLayer<T> layer, int input, int inputs, int output)
    {
        int width = Layout.WidthAt<T>(output, layer.Outputs), outputs = Math.Min(width, layer.Outputs - output);
        T* from = Network.Parameters.Pointer + layer.WeightIndex(output, input);
        T* to = Workspace.BackwardWeights[layer.Index].Pointer;
        for (int i = 0; i < inputs; i++)
        {
            int panelWidth = Layout.WidthAt<T>((input + i) / Layout.PanelWidth<T>() * Layout.PanelWidth<T>(), layer.Inputs);
            T* column = to + Layout.PanelIndex<T>(output, input + i, layer.Outputs, layer.Inputs);
            for (int o = 0; o < outputs; o++)
            {
                column[(nint)o * panelWidth] = from[((nint)i * width) + o];
            }
        }
    }

    /// <summary>The loss of the batch: Σ scale · loss, in double, in the order of the samples.</summary>
    public double SumLosses(int samples)
    {
        double sum = 0;
        for (int sample = 0; sample < samples; sample++)
        {
            sum += double.CreateTruncating(Workspace.Losses.Pointer[sample]) * double.CreateTruncating(Workspace.Scales.Pointer[sample]);
        }

        return sum;
    }

    private sealed class Maker(Network<T> network, Workspace<T> workspace) : IVectorVisitor<T, Propagator<T>>
    {
        public Propagator<T> Visit<V>() where V : unmanaged, ILanes<V, T> => new Propagator<T, V>(network, workspace);
    }
}
