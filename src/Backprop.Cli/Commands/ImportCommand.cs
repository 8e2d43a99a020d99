using System.CommandLine;
using Backprop.Cli.Output;
using Backprop.Interchange;
using Backprop.Losses;
using Backprop.ModelFiles;
using Backprop.Networks;
using Backprop.Onnx;
using Backprop.Tables;
using Backprop.Tables.Schemas;

namespace Backprop.Cli.Commands;

/// <summary><c>import FILE -o MODEL</c>.</summary>
internal static class ImportCommand
{
    public static Command Create()
    {
        var file = new Argument<string>("FILE") { Description = "A multi-layer perceptron: ONNX, a state_dict as .safetensors, scikit-learn's arrays as .npz, Keras's .keras or .h5" };
        var network = new Option<string?>("--network") { Description = "What network FILE holds, 784-256:relu-10:softmax say: needed where it says nothing of activations, elsewhere it must fit", HelpName = "SPEC" };
        var loss = new Option<string?>("--loss") { Description = "Its loss (default: the one that goes with its last layer)", HelpName = "NAME[:value]" };
        var map = new Option<string?>("--map") { Description = "Which modules of a state_dict are which layers, and norms; input.norm is one before the first layer (default: in the order of their names)", HelpName = "layers.1=fc1,layers.1.norm=bn1,…" };
        var output = new Option<string?>("--output", "-o") { Description = "The model file that is written", HelpName = "MODEL" };
        var json = new Option<bool>("--json") { Description = "Print one line of JSON" };
        var command = new Command("import", "Makes a model of another program's network") { file, network, loss, map, output, json };
        command.SetAction(parsed => Run(
            parsed.GetValue(file)!, parsed.GetValue(network), parsed.GetValue(loss), parsed.GetValue(map),
            parsed.GetValue(output) ?? throw new UsageException("--output is missing: the model file that is written"), parsed.GetValue(json)));
        return command;
    }

    private static int Run(string path, string? network, string? loss, string? map, string output, bool json)
    {
        Loss? given = loss is null ? null : Loss.Parse(loss);
        NetworkDefinition? specification = network is null ? null : NetworkDefinition.Parse(network, given);
        Dictionary<string, string>? modules = map is null ? null : Map(map);
        ModelFile<float> model = NoteLines.Of(notes => Read(path, specification, given, modules, notes));
        NetworkDefinition definition = model.Ensemble.Definition;
        int members = model.Ensemble.Members.Length;
        string hash = model.Write(output);
        if (json)
        {
            JsonLine.Print(line =>
            {
                line.WriteString("file", path);
                line.WriteString("model", output);
                line.WriteString("network", definition.ToString());
                line.WriteString("loss", definition.Loss.ToString());
                line.WriteNumber("members", members);
                line.WriteNumber("parameters", members * definition.ParameterCount);
                line.Schema(model.Schema is null ? null : SchemaJson.Read(model.Schema));
                line.Warnings();
                line.WriteString("sha256", hash);
            });
        }
        else
        {
            Terminal.Out.WriteLine($"{definition}, loss {definition.Loss}{(members > 1 ? $", {members} of it" : "")}: {members * definition.ParameterCount:N0} parameters, in {output}");
        }

        return ExitCode.Done;
    }

    private static ModelFile<float> Read(string path, NetworkDefinition? network, Loss? loss, Dictionary<string, string>? map, Notes notes)
    {
        ForeignFormat format = ForeignFile.FormatOf(path);
        return map is null && (format == ForeignFormat.Onnx || (format == ForeignFormat.Unknown && ForeignFile.IsPipe(path)))
            ? new(NetworkFit.Apply(Onnx(path, notes), network, loss, path), null, null)
            : ForeignFile.Read(path, format, network, loss, map, notes);
    }

    private static Ensemble<float> Onnx(string path, Notes notes)
    {
        try
        {
            return OnnxImport.ReadEnsemble(path, notes);
        }
        catch (ModelException error) when (ForeignFile.IsPipe(path))
        {
            throw new ModelException($"{error.Message}; only ONNX is read of a pipe, for any other format a file is expected", error);
        }
    }

    private static Dictionary<string, string> Map(string text)
    {
        var map = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (string pair in text.Split(',', StringSplitOptions.TrimEntries))
        {
            string[] sides = pair.Split('=', 2, StringSplitOptions.TrimEntries);
            _ = sides is [{ Length: > 0 } layer, { Length: > 0 } module] && map.TryAdd(layer, module) ? true
                : throw new UsageException($"--map {text}: '{pair}' found, layers.1=fc1 or layers.1.norm=bn1 expected, each layer once");
        }

        return map;
    }
}
