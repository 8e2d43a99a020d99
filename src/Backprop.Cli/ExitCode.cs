namespace Backprop.Cli;

/// <summary>What the tool exits with.</summary>
internal static class ExitCode
{
    public const int Done = 0, CheckFailed = 1, Usage = 2, Data = 3, Diverged = 4, Interrupted = 130;
}
