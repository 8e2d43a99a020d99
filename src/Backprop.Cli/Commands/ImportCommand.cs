using System.CommandLine;
using Backprop.Cli.Output;
using Backprop.ModelFiles;
using Backprop.Networks;
using Backprop.Onnx;

namespace Backprop.Cli.Commands;

/// <summary><c>import FILE -o MODEL</c>.</summary>
internal static class ImportCommand
{
    public static Command Create()
    {
        var file = new Argument<string>("FILE") { Description = "An ONNX file with a multi-layer perceptron" };
        var output = new Option<string?>("--output", "-o") { Description = "The model file that is written", HelpName = "MODEL" };
        var json = new Option<bool>("--json") { Description = "Print one line of JSON" };
        var command = new Command("import", "Makes a model of another program's network") { file, output, json };
        command.SetAction(parsed => Run(parsed.GetValue(file)!, parsed.GetValue(output) ?? throw new UsageException("--output is missing: the model file that is written"), parsed.GetValue(json)));
        return command;
    }

    private static int Run(string path, string output, bool json)
    {
        Network<float> network = NoteLines.Of(notes => OnnxImport.Read(path, notes));
        string hash = new ModelFile<float>(network).Write(output);
        if (json)
        {
            JsonLine.Print(line =>
            {
                line.WriteString("file", path);
                line.WriteString("model", output);
                line.WriteString("network", network.Definition.ToString());
                line.WriteString("loss", network.Definition.Loss.ToString());
                line.WriteNumber("parameters", network.Definition.ParameterCount);
                line.Warnings();
                line.WriteString("sha256", hash);
            });
        }
        else
        {
            Terminal.Out.WriteLine($"{network.Definition}, loss {network.Definition.Loss}: {network.Definition.ParameterCount:N0} parameters, in {output}");
        }

        return ExitCode.Done;
    }
}
