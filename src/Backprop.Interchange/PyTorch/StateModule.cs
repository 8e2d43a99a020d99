using System.Text.RegularExpressions;

namespace Backprop.Interchange.PyTorch;

/// <summary>A module of a state_dict: its tensors, by the ends of their names.</summary>
/// <param name="Name">Its name, empty where the file is of one module alone.</param>
/// <param name="Tensors">Them.</param>
internal sealed partial record StateModule(string Name, IReadOnlyDictionary<string, ForeignTensor> Tensors)
{
    /// <summary>W x + b; else something that normalises.</summary>
    public bool IsDense => Tensors.TryGetValue("weight", out ForeignTensor? weight) && weight.Shape.Count == 2;

    public bool IsNorm => !IsDense && Tensors.Count > 0 && Tensors.Values.All(tensor => tensor.Shape.Count == 1) && (Tensors.ContainsKey("weight") || IsBatchNorm);

    public bool IsBatchNorm => Tensors.ContainsKey("running_mean");

    /// <summary>The name without its numbers: modules whose names differ by numbers alone are in no doubt about their order.</summary>
    public string Stem => Digits().Replace(Name, "0");

    /// <summary>The file's modules, <c>fc10</c> behind <c>fc2</c>.</summary>
    public static StateModule[] Of(IEnumerable<ForeignTensor> tensors) =>
    [
        .. tensors.GroupBy(tensor => tensor.Name[..Math.Max(0, tensor.Name.LastIndexOf('.'))])
            .Select(group => new StateModule(group.Key, group.ToDictionary(tensor => tensor.Name[(tensor.Name.LastIndexOf('.') + 1)..], StringComparer.Ordinal)))
            .OrderBy(module => Digits().Replace(module.Name, number => number.Value.PadLeft(20, '0')), StringComparer.Ordinal).ThenBy(module => module.Name, StringComparer.Ordinal),
    ];

    [GeneratedRegex("[0-9]+", RegexOptions.NonBacktracking)]
    private static partial Regex Digits();
}
