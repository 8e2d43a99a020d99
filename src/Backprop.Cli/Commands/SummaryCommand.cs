using System.CommandLine;
using System.Text;
using Backprop.Cli.Output;
using Backprop.Layers;
using Backprop.Losses;
using Backprop.Networks;
using Backprop.Tables.Models;
using Spectre.Console;

namespace Backprop.Cli.Commands;

/// <summary><c>summary MODEL</c>.</summary>
internal static class SummaryCommand
{
    public static Command Create()
    {
        var model = new Argument<string>("MODEL") { Description = "A model file" };
        var json = new Option<bool>("--json") { Description = "Print one line of JSON" };
        var command = new Command("summary", "Layers, shapes, parameters, memory, FLOPs and schema of a model") { model, json };
        command.SetAction(parsed => Run(parsed.GetValue(model)!, parsed.GetValue(json)));
        return command;
    }

    private static int Run(string path, bool json)
    {
        TabularModel<double> model = TabularModel<double>.Load(path);
        NetworkDefinition network = model.Definition;
        long weights = network.Tensors.Where(tensor => tensor.Kind is "W" or "periodic").Sum(tensor => (long)tensor.Length);
        long passed = Parameters(network, 0) > 0 ? 0 : (long)network.InputsOf(1) * network.Layers[0].Units; // nothing is learned before the first layer
        long members = model.Members, forward = 2 * weights * members, training = 2 * forward + (2 * members * (weights - passed));
        long bytes = 4 * members * network.Tensors.Sum(tensor => (long)tensor.Length); // running statistics too
        if (json)
        {
            JsonLine.Print(line =>
            {
                line.WriteString("model", path);
                line.WriteString("network", network.ToString());
                line.WriteString("loss", network.Loss.ToString());
                line.WriteNumber("members", members);
                if (model.Ensemble.Temperature != 1)
                {
                    line.Number("temperature", model.Ensemble.Temperature);
                }

                line.WriteNumber("parameters", network.ParameterCount * members);
                line.WriteNumber("bytes", bytes);
                line.WriteNumber("flops_per_sample", forward);
                line.WriteNumber("training_flops_per_sample", training);
                if (network.Input is { } input)
                {
                    line.WriteString("input", input.ToString());
                    line.WriteNumber("input_parameters", Parameters(network, 0));
                }

                line.WriteStartArray("layers");
                for (int layer = 1; layer <= network.Layers.Length; layer++)
                {
                    LayerDefinition definition = network.Layers[layer - 1];
                    line.WriteStartObject();
                    line.WriteNumber("layer", layer);
                    line.WriteNumber("inputs", network.InputsOf(layer));
                    line.WriteNumber("units", definition.Units);
                    line.WriteString("activation", definition.Activation.ToString());
                    if (!definition.Parts.IsEmpty)
                    {
                        line.WriteStartArray("parts");
                        foreach (LayerPart part in definition.Parts)
                        {
                            line.WriteStringValue(part.ToString());
                        }

                        line.WriteEndArray();
                    }

                    line.WriteNumber("parameters", Parameters(network, layer));
                    line.WriteEndObject();
                }

                line.WriteEndArray();
                line.Schema(model.Schema);
                Raw(line, "training", model.Training);
            });
            return ExitCode.Done;
        }

        Terminal.Out.WriteLine(Wrapped(network, Terminal.Data.Profile.Width));
        var table = new Spectre.Console.Table();
        foreach (string name in new[] { "layer", "W", "b", "activation", "parameters", "FLOPs a sample" })
        {
            table.AddColumn(new TableColumn(name).RightAligned());
        }

        if (network.Input is { } rows)
        {
            table.AddRow("input", $"{rows.Width}×{rows.RowWidth}", "", Markup.Escape(rows.ToString()), $"{Parameters(network, 0):N0}", $"{2 * network.Tensors.Where(tensor => tensor.Kind == "periodic").Sum(tensor => (long)tensor.Length):N0}");
        }

        for (int layer = 1; layer <= network.Layers.Length; layer++)
        {
            LayerDefinition definition = network.Layers[layer - 1];
            int inputs = network.InputsOf(layer);
            table.AddRow($"{layer}", $"{definition.Units}×{inputs}", $"{definition.Units}", string.Join(", ", definition.Parts.Select(part => part.ToString()).Prepend(definition.Activation.ToString())), $"{Parameters(network, layer):N0}", $"{2L * definition.Units * inputs:N0}");
        }

        Terminal.Data.Write(table);
        if (members > 1 || model.Ensemble.Temperature != 1)
        {
            Terminal.Out.WriteLine($"{members} such networks, whose {(network.OutputMeaning.IsProbability() ? "probabilities" : "predictions")} are averaged{(model.Ensemble.Temperature == 1 ? "" : $", of logits divided by {model.Ensemble.Temperature:G4}")}; together:");
        }

        Terminal.Out.WriteLine($"loss {network.Loss}; {network.ParameterCount * members:N0} parameters, {bytes:N0} bytes in float; {forward:N0} FLOPs a sample to predict, {training:N0} to train");
        if (model.Schema is { } schema)
        {
            Terminal.Data.Write(SchemaTable.Of(schema));
        }

        return ExitCode.Done;
    }

    /// <summary>The specification, broken between layers where it is wider.</summary>
    private static string Wrapped(NetworkDefinition network, int width)
    {
        var text = new StringBuilder($"{network.Inputs}-");
        int column = text.Length;
        for (int n = 0; n < network.Layers.Length; n++)
        {
            string layer = network.Layers[n] + (n + 1 < network.Layers.Length ? "-" : "");
            if (column + layer.Length > width)
            {
                text.Append("\n  ");
                column = 2;
            }

            text.Append(layer);
            column += layer.Length;
        }

        return text.ToString();
    }

    private static long Parameters(NetworkDefinition network, int layer) => network.Tensors.Where(tensor => tensor.Layer == layer && tensor.IsTrained).Sum(tensor => (long)tensor.Length);

    /// <summary>JSON from the model file, if it is JSON.</summary>
    private static void Raw(System.Text.Json.Utf8JsonWriter line, string name, string? value)
    {
        line.WritePropertyName(name);
        try
        {
            using var document = System.Text.Json.JsonDocument.Parse(value ?? "null");
            document.RootElement.WriteTo(line); // on one line, however it was written
        }
        catch (System.Text.Json.JsonException)
        {
            line.WriteStringValue(value);
        }
    }
}
