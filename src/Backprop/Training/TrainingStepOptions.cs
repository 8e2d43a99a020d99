using Backprop.Kernels;

namespace Backprop.Training;

/// <summary>What a training step does beside following the gradient of the loss.</summary>
public sealed record TrainingStepOptions
{
    /// <summary>λ of the penalty λ‖W‖₁ on all weights; biases are not penalised.</summary>
    public double L1 { get; init; }

    /// <summary>α of the penalty (α/2)‖W‖² on all weights; biases are not penalised.</summary>
    public double L2 { get; init; }

    /// <summary>The greatest norm of the whole gradient, as PyTorch's clip_grad_norm_; null: any.</summary>
    public double? ClipNorm { get; init; }

    /// <summary>The greatest absolute value of each gradient; null: any.</summary>
    public double? ClipValue { get; init; }

    /// <summary>So many batches go through the network one after the other and make one step together, as one batch of all their rows would; 1: each makes its own.</summary>
    public int Accumulate { get; init; } = 1;

    /// <summary>What the learning rate of a tensor (<c>input.scale</c>, <c>layers.1.weight</c>, …) is multiplied by; null: all by 1. A layer's biases go with its weights.</summary>
    public Func<string, double>? RateOf { get; init; }

    /// <summary>Threads at most; 0: one for each processor. Work that is too small for several runs on one. The result is the same.</summary>
    public int Threads { get; init; }

    /// <summary>What dropout is drawn from.</summary>
    public ulong Seed { get; init; }

    /// <summary>The vectors to run on; null: the widest. The result is the same.</summary>
    public VectorPath? Vectors { get; init; }

    /// <summary>Whether samples run across the lanes; null: where that is faster.</summary>
    internal bool? Narrow { get; init; }

    internal void Validate()
    {
        Require("l1", L1, L1 >= 0);
        Require("l2", L2, L2 >= 0);
        Require("clip-norm", ClipNorm ?? 1, ClipNorm is null or > 0);
        Require("clip-value", ClipValue ?? 1, ClipValue is null or > 0);
        if (Accumulate < 1)
        {
            throw new UsageException($"accumulate must be at least 1, found {Accumulate}");
        }

        if (Threads < 0)
        {
            throw new UsageException($"threads must be at least 1 (or 0: one for each processor), found {Threads}");
        }

        static void Require(string name, double value, bool inRange)
        {
            if (!inRange || !double.IsFinite(value))
            {
                throw new UsageException($"{name} must be a positive finite number, found {value}");
            }
        }
    }
}
