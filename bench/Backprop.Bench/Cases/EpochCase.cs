using Backprop.Tables;

namespace Backprop.Bench.Cases;

/// <summary>Data and how they are trained on, by epochs with dropout that a part of the rows validates.</summary>
/// <param name="Name">As the table has it.</param>
/// <param name="Data">What the tool would be given; of a folder for files that are made.</param>
/// <param name="Options">What is not the usual.</param>
internal sealed record EpochCase(string Name, Func<string, string> Data, TrainingOptions Options)
{
    /// <summary>Of all rows.</summary>
    public const double Validation = 0.1;

    private const string Fashion = "/usr/share/datasets/fashion-mnist";

    public static IReadOnlyList<EpochCase> All { get; } =
    [
        new("Fashion-MNIST", _ => $"{Fashion}/train-images-idx3-ubyte.gz,{Fashion}/train-labels-idx1-ubyte.gz", new()
        {
            Network = "256:relu,dropout(0.1)-128:relu,dropout(0.1)",
            Optimizer = "adam",
            OptimizerOptions = new() { LearningRate = 0.001 },
            BatchSize = 128,
        }),
        new("table of 20 000 × 32, the recipe", Table, new()),
    ];

    /// <summary>Why it cannot be had here; null: it can.</summary>
    public string? Missing => Name == "Fashion-MNIST" && !Directory.Exists(Fashion) ? $"{Fashion} is missing (apt-get install dataset-fashion-mnist)" : null;

    /// <summary>The same rate for as many epochs as are asked for.</summary>
    public TrainingOptions Endless => Options with { Validation = Validation, Schedule = "constant", Epochs = 1_000_000 };

    private static string Table(string folder)
    {
        string file = Path.Combine(folder, "table.csv");
        NumberTable.WriteCsv(file, 20_000, 32, classes: 10);
        return file;
    }
}
