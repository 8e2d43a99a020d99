using System.CommandLine;
using System.Text.Json;
using Backprop.Cli.Input;
using Backprop.Cli.Output;
using Backprop.Interchange.NumPy;
using Backprop.Interchange.PyTorch;
using Backprop.Onnx;
using Backprop.Tables;

namespace Backprop.Cli.Commands;

/// <summary><c>export MODEL --to FORMAT -o FILE</c>.</summary>
internal static class ExportCommand
{
    public static Command Create()
    {
        var model = new Argument<string>("MODEL") { Description = "A model file" };
        var format = new Option<string?>("--to") { Description = "The format: onnx, pytorch (a module's source, which reads MODEL), npz (arrays as scikit-learn names them), csharp (source that needs nothing else)", HelpName = "FORMAT" };
        format.AcceptOneOf("onnx", "pytorch", "npz", CSharpChoices.Format);
        var output = new Option<string?>("--output", "-o") { Description = "The file that is written", HelpName = "FILE" };
        var bare = new Option<bool>("--bare") { Description = "The network alone, from features to outputs: input x, output y" };
        var allowLoss = new Option<bool>("--allow-loss") { Description = "Leave out, or make part of the weights, what npz cannot carry, and say what; without it that is refused" };
        var json = new Option<bool>("--json") { Description = "Print one line of JSON" };
        var command = new Command("export", "Writes a model for other programs") { model, format, output, bare, allowLoss, json };
        var csharp = new CSharpChoices();
        csharp.AddTo(command);
        command.SetAction(parsed =>
        {
            string to = Given(parsed, format, "onnx, pytorch, npz or csharp"), file = Given(parsed, output, "the file that is written");
            if (parsed.GetValue(allowLoss) && to != "npz")
            {
                throw new UsageException($"{allowLoss.Name} found, which belongs to --to npz: {to} leaves nothing out that could be allowed");
            }

            if (to == CSharpChoices.Format)
            {
                return csharp.Run(parsed, parsed.GetValue(model)!, file, parsed.GetValue(bare), parsed.GetValue(json));
            }

            csharp.RequireNone(parsed);
            return Run(parsed.GetValue(model)!, to, file, parsed.GetValue(bare), parsed.GetValue(allowLoss), parsed.GetValue(json));
        });
        return command;
    }

    private static string Given(ParseResult parsed, Option<string?> option, string expected) => parsed.GetValue(option) ?? throw new UsageException($"{option.Name} is missing: {expected}");

    private static int Run(string path, string format, string output, bool bare, bool allowLoss, bool json)
    {
        var model = TabularModel.Load(path);
        OnnxSignature? signature = NoteLines.Of(notes =>
        {
            switch (format)
            {
                case "pytorch":
                    PyTorchExport.Write(model, path, output, bare, notes);
                    return null;
                case "npz":
                    NumPyExport.Write(model, output, bare, allowLoss, notes);
                    return null;
                default:
                    return OnnxExport.Write(model, output, new() { Bare = bare }, notes);
            }
        });
        if (json)
        {
            JsonLine.Print(line =>
            {
                line.WriteString("model", path);
                line.WriteString("format", format);
                line.WriteString("output", output);
                line.WriteNumber("members", model.Members);
                if (signature is not null)
                {
                    Values(line, "inputs", signature.Inputs);
                    Values(line, "outputs", signature.Outputs);
                }

                line.Warnings();
            });
            return ExitCode.Done;
        }

        if (signature is null)
        {
            Terminal.Out.WriteLine(Terminal.OneLine($"{model.Definition}{(model.Members > 1 ? $", {model.Members} of it" : "")}, in {output}{(format == "pytorch" ? $", its weights in {path}" : "")}"));
        }

        foreach ((string kind, IReadOnlyList<OnnxValue> values) in new[] { ("input", signature?.Inputs ?? []), ("output", signature?.Outputs ?? []) })
        {
            foreach (OnnxValue value in values)
            {
                Terminal.Out.WriteLine(Terminal.OneLine($"{kind,-6} {value}: {value.Meaning}")); // names and labels come from data
            }
        }

        return ExitCode.Done;
    }

    private static void Values(Utf8JsonWriter line, string name, IReadOnlyList<OnnxValue> values)
    {
        line.WriteStartArray(name);
        foreach (OnnxValue value in values)
        {
            line.WriteStartObject();
            line.WriteString("name", value.Name);
            line.WriteString("type", value.Type.ToString().ToLowerInvariant());
            line.WriteStartArray("shape");
            line.WriteStringValue("N");
            if (value.Width is { } width)
            {
                line.WriteNumberValue(width);
            }

            line.WriteEndArray();
            line.WriteString("meaning", value.Meaning);
            line.WriteEndObject();
        }

        line.WriteEndArray();
    }
}
