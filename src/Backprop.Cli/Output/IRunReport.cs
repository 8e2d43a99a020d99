using Backprop.Training;

namespace Backprop.Cli.Output;

/// <summary>What a person sees of training, and the log file. Networks count from 0.</summary>
internal interface IRunReport : IDisposable
{
    /// <summary>Whether steps are shown as they come.</summary>
    bool IsLive { get; }

    /// <summary>Why the log is not whole; null: it is.</summary>
    string? Unsaved { get; }

    /// <summary>The epochs of each network that happened.</summary>
    IReadOnlyList<IReadOnlyList<EpochResult>> Histories { get; }

    void Begin(string what);

    void Show(int member, StepProgress step);

    void Add(int member, EpochResult epoch);

    /// <summary>Epochs after the first so many did not happen: training has gone back.</summary>
    void Rewind(int member, int epochs);

    /// <summary>Ends the live line, before something else is written.</summary>
    void End();

    void Summary(TrainingResult result, string output);
}
