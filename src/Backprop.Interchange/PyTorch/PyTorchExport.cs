using System.Text;
using Backprop.Losses;
using Backprop.ModelFiles;
using Backprop.Tables;

namespace Backprop.Interchange.PyTorch;

/// <summary>
/// Models as PyTorch's modules: the source of one nn.Module, which reads its weights from the model's own safetensors file. Its parameters are named as the file's tensors are, so that
/// <c>load_state_dict</c> takes them, and in evaluation mode y = module(x) [N×Outputs] is what <see cref="Propagation.EnsemblePredictor{T}"/> gives of features x [N×Inputs]. Needs PyTorch 1.12 or later,
/// nothing else.
/// </summary>
/// <example>
/// <code>
/// TabularModel model = TabularModel.Load("flowers.safetensors");
/// PyTorchExport.Write(model, "flowers.safetensors", "flowers.py");
/// </code>
/// and there
/// <code lang="python">
/// import flowers
/// module = flowers.load()
/// </code>
/// </example>
public static class PyTorchExport
{
    /// <summary>Writes a module's source, whole or not at all.</summary>
    /// <param name="model">The model, of float or of double: the module's numbers are of the same.</param>
    /// <param name="weights">The model's file, which the source names, relative to itself where that can be.</param>
    /// <param name="path">The source, <c>.py</c>.</param>
    /// <param name="bare">Whether the network alone is wanted, so that nothing needs to be said of columns; the module is that in any case.</param>
    /// <param name="notes">What the module does not do goes here.</param>
    /// <exception cref="ModelException">An activation or a part that PyTorch has not: which, by name; or the file is of another network.</exception>
    /// <exception cref="DataException">The source cannot be written.</exception>
    public static void Write(TabularModel model, string weights, string path, bool bare = false, Notes? notes = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(weights);
        ArgumentNullException.ThrowIfNull(path);
        string source = Source(model, weights, path);
        if (model.Schema is not null && !bare)
        {
            notes?.Add(new($"the module takes features as predict makes them, {model.Definition.Inputs} numbers a row, not columns; export --to onnx carries those too", IsLoss: true));
        }

        if (!bare && OutputText.Logarithms(model.Definition) is { } logarithms)
        {
            notes?.Add(new($"of what the module gives, {logarithms}", IsLoss: true));
        }

        if (model.Schema?.Target is { Means: { } means, Scales: { } scales } && !bare)
        {
            bool deviates = model.Definition.OutputMeaning == OutputMeaning.MeanAndLogVariance;
            notes?.Add(new($"what the module gives of {string.Join(", ", model.Schema.Target.Names)} is standardised: {(deviates ? "of its means y, " : "")}y · {Numbers(scales)} + {Numbers(means)} is in their own units{(deviates ? $", and so is the deviation exp(v / 2) · {Numbers(scales)}" : "")}", IsLoss: true));
        }

        if (model.Schema?.Offset is { } exposure && !bare)
        {
            notes?.Add(new($"what the module gives is of one unit of '{exposure}': the logarithm of the exposure is to be added", IsLoss: true));
        }

        if (model.Schema?.Target.Thresholds is { } thresholds && !bare)
        {
            notes?.Add(new($"the module gives probabilities and decides nothing: predict takes {(model.Labels.Count > 1 ? $"'{model.Labels[1]}'" : "a flag to be set")} from {Numbers(thresholds)} on", IsLoss: true));
        }

        AtomicFile.Write(path, stream => stream.Write(Encoding.UTF8.GetBytes(source)));
    }

    private static string Source(TabularModel model, string weights, string path)
    {
        if (!SafeTensorsFile.Read(weights).Metadata.TryGetValue("network", out string? network))
        {
            throw new ModelException($"'{weights}': the metadata has no 'network' that says what the layers are: not the model's file");
        }

        string source = ModuleSource.Of(model, network, Relative(weights, path));
        return TabularModel.Load(weights) is { } file && file.Definition.Equals(model.Definition) && file.Members == model.Members
            ? source
            : throw new ModelException($"'{weights}': another network found, {model.Definition} expected: not the model's file");
    }

    /// <summary>The way from the folder of a source to a file, by slashes.</summary>
    private static string Relative(string weights, string path)
    {
        string folder = Path.GetDirectoryName(AtomicFile.Target(path))!;
        return Path.GetRelativePath(folder, WorkingFolder.Full(weights)).Replace('\\', '/');
    }

    private static string Numbers(IReadOnlyList<double> numbers) => numbers.Count == 1 ? PythonText.Number(numbers[0]) : $"[{string.Join(", ", numbers.Take(5).Select(PythonText.Number))}{(numbers.Count > 5 ? ", …" : "")}]";
}
