using Backprop.Networks;

namespace Backprop.Bench.Cases;

/// <summary>A row of the training table: a network, its batch and its optimizer.</summary>
/// <param name="Name">As the table has it.</param>
/// <param name="Specification">The same, for <see cref="NetworkDefinition.Parse"/>.</param>
/// <param name="BatchSize">The rows of a batch.</param>
/// <param name="Optimizer">sgd or adam.</param>
/// <param name="ToReach">How many times faster than libtorch the step is to be.</param>
/// <param name="FullBatch">Whether the batch is the whole data set.</param>
internal sealed record TrainingCase(string Name, string Specification, int BatchSize, string Optimizer, double ToReach, bool FullBatch = false)
{
    public static IReadOnlyList<TrainingCase> All { get; } =
    [
        new("2-8-2", "2-8:relu-2:softmax", 32, "sgd", 100),
        new("4-16-3", "4-16:relu-3:softmax", 16, "adam", 200),
        new("24-24-24-1", "24-24:relu-24:relu-1:identity", 128, "adam", 20),
        new("4-32-16-4 tanh", "4-32:tanh-16:tanh-4:identity", 10_000, "adam", 6, FullBatch: true),
        new("30-64-64-1", "30-64:relu-64:relu-1:identity", 256, "adam", 7),
        new("784-128-10", "784-128:relu-10:softmax", 64, "sgd", 3),
        new("784-256-128-10", "784-256:relu-128:relu-10:softmax", 128, "adam", 3.8),
        new("784-512-128-10", "784-512:relu-128:relu-10:softmax", 64, "adam", 3.6),
        new("256-256-256-256-10", "256-256:relu-256:relu-256:relu-10:softmax", 256, "adam", 2.1),
        new("784-800-800-10", "784-800:relu-800:relu-10:softmax", 128, "sgd", 1.9),
        new("1024-1024-1024-1024-10", "1024-1024:relu-1024:relu-1024:relu-10:softmax", 512, "adam", 1.45),
        new("4096-4096-4096-10", "4096-4096:relu-4096:relu-10:softmax", 512, "sgd", 1.55),
    ];

    public NetworkDefinition Definition { get; } = NetworkDefinition.Parse(Specification);

    public bool HasClasses => Definition.Loss.Name == "cross_entropy";

    public double LearningRate => Optimizer == "sgd" ? 0.01 : 0.001;

    /// <summary>Rows of the data set: some batches, so that shuffling and gathering are part of what is measured.</summary>
    public int Rows => FullBatch ? BatchSize : Math.Max(4 * BatchSize, 4096);

    /// <summary>Floating-point operations of a step: forward, ∂W, and δ for all but the first layer, which needs none.</summary>
    public double Flops
    {
        get
        {
            double parameters = Definition.ParameterCount, first = (double)Definition.Inputs * Definition.Layers[0].Units;
            return 2.0 * BatchSize * (parameters + parameters + (parameters - first));
        }
    }
}
