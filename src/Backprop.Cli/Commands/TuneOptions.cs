using System.CommandLine;
using Backprop.Cli.Input;

namespace Backprop.Cli.Commands;

/// <summary>The options of <c>tune</c>: those of <c>train</c> that say how a model is made, and what is searched.</summary>
internal sealed class TuneOptions
{
    public TrainOptions Train { get; } = new();

    public Option<string?> Range { get; } = new("--range")
    {
        Description = "What an option may be, one --range for each: learning-rate=1e-4..1e-1:log, dropout=0..0.3, network=32:relu,64:relu (several in one: joined by ;). Without any: learning rate, network, dropout, weight decay, batch size and bins",
        HelpName = "NAME=VALUES",
        Arity = ArgumentArity.OneOrMore,
        AllowMultipleArgumentsPerToken = false,
        CustomParser = result => string.Join(';', result.Tokens.Select(token => token.Value)),
    };

    public Option<int?> Trials { get; } = new("--trials") { Description = "How many candidates race (default 24)", HelpName = "N" };

    public Option<double?> Holdout { get; } = new("--holdout") { Description = "The part of the rows that no candidate sees, by which the best is measured in the end; the model learns from all (default 0.2 where there are 500 rows or more; 0: none)", HelpName = "FRACTION" };

    public Option<string?> Folder { get; } = new("--folder") { Description = "Keep a journal and the candidates' states in a folder, so that a search that was killed can go on", HelpName = "DIR" };

    public Option<string?> Resume { get; } = new("--resume") { Description = "Go on with the search in a folder; needs no other option, takes a new --max-time", HelpName = "DIR" };

    public void AddTo(Command command)
    {
        Train.AddTo(command, Train.From, Train.Member, Train.Checkpoint, Train.CheckpointEvery, Train.CheckpointKeep, Train.Overwrite, Train.OnDivergence, Train.Resume, Train.Log, Train.TensorBoard);
        foreach (Option option in new Option[] { Range, Trials, Holdout, Folder, Resume })
        {
            command.Add(option);
        }

        Train.MaxTime.Description = "Stop after so many seconds, the training of the best candidate included";
        Train.Report.Description = "A page about the search: a picture for each range, all trials";
        NumberOptions.ReadStrictly(command);
    }
}
