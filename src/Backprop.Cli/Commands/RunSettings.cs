using System.CommandLine;

namespace Backprop.Cli.Commands;

/// <summary>What may differ between a run and its resumption.</summary>
internal sealed record RunSettings
{
    public RunSettings(ParseResult parsed, TrainOptions options)
    {
        Output = parsed.GetValue(options.Output)!;
        Report = parsed.GetValue(options.Report);
        Json = parsed.GetValue(options.Common.Json);
        Quiet = parsed.GetValue(options.Quiet);
        Checkpoint = parsed.GetValue(options.Checkpoint);
        MaxTime = parsed.GetValue(options.MaxTime);
        Epochs = parsed.GetValue(options.Epochs);
        Threads = parsed.GetValue(options.Threads);
        if (parsed.GetResult(options.Threads) is { Implicit: false } && Threads < 1)
        {
            throw new UsageException($"--threads must be at least 1, found {Threads}");
        }

        Notes = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["arguments"] = System.Text.Json.JsonSerializer.Serialize([.. parsed.Tokens.Select(token => token.Value).SkipWhile(token => token == "train")], StringsJson.Default.StringArray),
            ["directory"] = WorkingFolder.Current,
        };
    }

    public string Output { get; init; }

    public string? Report { get; init; }

    public bool Json { get; }

    public bool Quiet { get; }

    public int Threads { get; }

    public double? MaxTime { get; init; }

    public int? Epochs { get; init; }

    /// <summary>Whether a run whose time was up is given more.</summary>
    public bool IsReopened { get; init; }

    /// <summary>The folder that checkpoints are kept in.</summary>
    public string? Checkpoint { get; init; }

    /// <summary>The folder to go on from.</summary>
    public string? Resume { get; init; }

    /// <summary>What a checkpoint keeps beside the state.</summary>
    public IReadOnlyDictionary<string, string> Notes { get; init; }
}
