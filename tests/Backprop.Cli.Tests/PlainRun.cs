namespace Backprop.Cli.Tests;

/// <summary>A run that others differ from by one option.</summary>
public sealed class PlainRun : Tool
{
    /// <summary>Trains it.</summary>
    public PlainRun() => Hash = Json(Arguments).GetProperty("sha256").GetString()!;

    /// <summary>Its command line.</summary>
    public static string[] Arguments { get; } = ["train", "builtin:iris", "--network", "8:tanh", "--epochs", "3", "--validation", "0", "--json", "--quiet"];

    /// <summary>The hash of its model.</summary>
    public string Hash { get; }
}
