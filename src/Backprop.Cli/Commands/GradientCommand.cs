using System.CommandLine;
using System.Numerics;
using Backprop.Cli.Input;
using Backprop.Cli.Output;
using Backprop.Data;
using Backprop.Kernels;
using Backprop.ModelFiles;
using Backprop.Propagation;
using Backprop.Tables.Models;
using Backprop.Tables.Schemas;

namespace Backprop.Cli.Commands;

/// <summary><c>gradient MODEL DATA [-o GRADS]</c>.</summary>
internal static class GradientCommand
{
    public static Command Create()
    {
        var common = new CommonOptions();
        var model = new Argument<string>("MODEL") { Description = "A model file" };
        var output = new Option<string?>("--output", "-o") { Description = "Where the gradient goes, as safetensors with the model's tensor names", HelpName = "GRADS" };
        Option<string> precision = CommonOptions.Precision("double");
        var command = new Command("gradient", "The mean gradient of the loss over all rows") { model };
        common.AddTo(command);
        Option<bool> batchStatistics = CommonOptions.BatchStatistics();
        Option<int?> member = CommonOptions.Member();
        command.Add(output);
        command.Add(batchStatistics);
        command.Add(precision);
        command.Add(member);
        command.SetAction(parsed => parsed.GetValue(precision) == "float"
            ? Run<float>(parsed.GetValue(model)!, parsed.GetValue(member), common.Source(parsed), common.Targets(parsed), common.Prediction(parsed), parsed.GetValue(output), parsed.GetValue(batchStatistics), parsed.GetValue(common.Json))
            : Run<double>(parsed.GetValue(model)!, parsed.GetValue(member), common.Source(parsed), common.Targets(parsed), common.Prediction(parsed), parsed.GetValue(output), parsed.GetValue(batchStatistics), parsed.GetValue(common.Json)));
        return command;
    }

    private static int Run<T>(string path, int? member, DataSource source, string? targets, PredictionOptions options, string? output, bool batchStatistics, bool json) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        TabularModel<T> model = CommonOptions.OneNetwork<T>(path, member);
        Dataset<T> data = NoteLines.Of(notes => model.Rows<T>(source, targets, needTargets: true, notes, options));
        Gradient<T> gradient = Backpropagation.Gradient(model.Network, data, batchStatistics: batchStatistics);
        if (output is not null)
        {
            ModelFile<T>.WriteGradient(output, gradient, model.Network.Definition);
        }

        if (json)
        {
            JsonLine.Print(line =>
            {
                line.Number("loss", gradient.Loss);
                line.WriteNumber("rows", gradient.Rows);
                line.Warnings(ifAny: true);
            });
            return ExitCode.Done;
        }

        Terminal.Out.WriteLine($"loss {gradient.Loss:R} over {gradient.Rows} rows");
        for (int layer = model.Network.Blocks.Any(block => block.Layer == 0) ? 0 : 1; layer <= model.Network.Layers.Length; layer++)
        {
            IEnumerable<string> norms = model.Network.Blocks.Where(block => block.Layer == layer && block.IsTrained).Select(block => $"‖∂{block.Tensor.Kind}‖ {EuclideanNorm.Of<T>(gradient.Of(block)):G6}");
            Terminal.Out.WriteLine($"{(layer == 0 ? "inputs" : $"layer {layer}")}: {string.Join(", ", norms)}");
        }

        return ExitCode.Done;
    }
}
