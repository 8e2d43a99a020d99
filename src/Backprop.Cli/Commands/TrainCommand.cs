using System.CommandLine;

namespace Backprop.Cli.Commands;

/// <summary><c>train [DATA] [-o MODEL]</c>.</summary>
internal static class TrainCommand
{
    public static Command Create()
    {
        var options = new TrainOptions();
        var command = new Command("train", "Trains a network; without DATA on the embedded digits");
        options.AddTo(command);
        command.SetAction(parsed => parsed.GetValue(options.Precision) == "double" ? new TrainRun<double>(options, parsed).Run() : new TrainRun<float>(options, parsed).Run());
        return command;
    }
}
