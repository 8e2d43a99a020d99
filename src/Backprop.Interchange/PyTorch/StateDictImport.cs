using System.Globalization;
using Backprop.Layers;
using Backprop.ModelFiles;
using Backprop.Networks;
using Backprop.Tables;

namespace Backprop.Interchange.PyTorch;

/// <summary>
/// Multi-layer perceptrons out of safetensors files of other programs, such as PyTorch's state_dict: <c>0.weight</c> [Out×In], <c>0.bias</c> [Out], <c>fc1.weight</c>, …, of 16, 32 or 64 bits;
/// of norms <c>weight</c>, <c>bias</c>, <c>running_mean</c>, <c>running_var</c>. Layers are taken in the order of their modules' names, numbers by their size, norms in theirs for the layers that have one; or
/// as a map says. A batch norm before the first layer becomes part of its weights. Such a file knows nothing of activations: a <see cref="NetworkDefinition"/> says what it is.
/// </summary>
/// <example>
/// <code>
/// NetworkDefinition definition = NetworkDefinition.Parse("4-8:relu,batch_norm-3:softmax");
/// Network&lt;float&gt; network = StateDictImport.Read("state_dict.safetensors", definition);
/// new ModelFile&lt;float&gt;(network).Write("network.safetensors");
/// </code>
/// </example>
public static class StateDictImport
{
    /// <summary>The place of a norm before the first layer.</summary>
    private const string InputNorm = "input.norm";

    /// <summary>What counts batches, and nothing that predicts.</summary>
    private const string Counter = "num_batches_tracked";

    /// <summary>Reads a network.</summary>
    /// <param name="path">The file.</param>
    /// <param name="definition">What it is; null: the error says what it could be.</param>
    /// <param name="map">The file's module of a layer, <c>layers.1</c> → <c>fc1</c>, or of its norm, <c>layers.1.norm</c> → <c>bn1</c>, <c>input.norm</c> of one before the first layer; those that it leaves out are taken in order.</param>
    /// <param name="notes">In what order modules are taken, what is rounded or left out goes here.</param>
    /// <exception cref="ModelException">A file that is none, is a model of this library already, or does not fit: which tensor, what was found, what was expected.</exception>
    /// <exception cref="UsageException">No definition, or a map of what there is not.</exception>
    public static Network<float> Read(string path, NetworkDefinition? definition, IReadOnlyDictionary<string, string>? map = null, Notes? notes = null)
    {
        ArgumentNullException.ThrowIfNull(path);
        SafeTensorsFile file = SafeTensorsFile.Read(path);
        if (file.Metadata.TryGetValue("format", out string? format) && format.StartsWith("backprop", StringComparison.Ordinal))
        {
            throw new ModelException($"'{path}' is {(format == "backprop" ? "a model of backprop already: nothing is to be imported, every command takes it" : $"of format '{format}', no model")}");
        }

        SafeTensor[] counters = [.. file.Tensors.Where(tensor => tensor.Name.Split('.')[^1] == Counter)];
        StateModule[] modules = StateModule.Of(file.Tensors.Except(counters).Select(tensor => Tensor(tensor, path)));
        foreach (StateModule module in modules.Where(module => !module.IsDense && !module.IsNorm))
        {
            ForeignTensor odd = module.Tensors.Values.First();
            throw new ModelException($"'{path}', tensor '{odd.Name}' {ForeignTensor.Text(odd.Shape)}: weights [Out, In] of a dense layer or what a norm has [Out] expected: no multi-layer perceptron has it");
        }

        if (!modules.Any(module => module.IsDense))
        {
            throw new ModelException($"'{path}': no tensor of the form 'NAME.weight' [Out, In] found, of which dense layers are made");
        }

        if (definition is null)
        {
            throw Asking(path, modules);
        }

        Dictionary<string, ForeignTensor> tensors = Place(path, definition, modules, map ?? new Dictionary<string, string>(StringComparer.Ordinal), notes);
        if (counters.Length > 0)
        {
            notes?.Add(new($"'{path}': left out, since it only counts batches: {string.Join(", ", counters.Select(tensor => $"'{tensor.Name}'"))}", IsLoss: false) { IsGuess = true });
        }

        return NetworkAssembly.Build(definition, tensors, path, notes);
    }

    private static ForeignTensor Tensor(SafeTensor tensor, string path) => tensor.Type is "F16" or "BF16" or "F32" or "F64"
        ? new(tensor.Name, tensor.Shape, tensor.ToDoubles(), tensor.Type == "F64")
        : throw new ModelException($"'{path}', tensor '{tensor.Name}': type {tensor.Type} found, F16, BF16, F32 or F64 expected");

    /// <summary>The modules' tensors by the names that they have in the network.</summary>
    private static Dictionary<string, ForeignTensor> Place(string path, NetworkDefinition definition, StateModule[] modules, IReadOnlyDictionary<string, string> map, Notes? notes)
    {
        Dictionary<string, string> places = new(StringComparer.Ordinal); // of the network, and what is there: the expected kind
        for (int layer = 1; layer <= definition.Layers.Length; layer++)
        {
            places.Add(Name(layer), "");
            if (NormOf(definition.Layers[layer - 1]) is { } norm)
            {
                places.Add($"{Name(layer)}.norm", norm.Name);
            }
        }

        StateModule? before = modules.FirstOrDefault(module => map.TryGetValue(InputNorm, out string? name) ? module.Name == name : IsBeforeAll(module, modules) && !map.Values.Contains(module.Name, StringComparer.Ordinal));
        if (before is not null)
        {
            places.Add(InputNorm, "batch_norm");
            map = new Dictionary<string, string>(map, StringComparer.Ordinal) { [InputNorm] = before.Name };
        }

        foreach ((string place, string name) in map)
        {
            _ = !places.ContainsKey(place) && place != InputNorm ? throw new UsageException(Suggestion.Unknown("layer", place, [.. places.Keys])) { Settings = ["Map"] }
                : !modules.Any(module => module.Name == name) ? throw new UsageException(Suggestion.Unknown("module", name, [.. modules.Select(module => module.Name)])) { Settings = ["Map"] }
                : true;
        }

        if (map.Values.GroupBy(name => name, StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1) is { } twice)
        {
            throw new UsageException($"module '{twice.Key}' stands for {string.Join(" and ", map.Where(pair => pair.Value == twice.Key).Select(pair => pair.Key))}, one expected") { Settings = ["Map"] };
        }

        var found = new Dictionary<string, StateModule>(StringComparer.Ordinal);
        foreach (bool isNorm in (bool[])[false, true])
        {
            string[] open = [.. places.Where(place => place.Value.Length > 0 == isNorm && !map.ContainsKey(place.Key)).Select(place => place.Key)];
            StateModule[] left = [.. modules.Where(module => module.IsDense != isNorm && !map.Values.Contains(module.Name, StringComparer.Ordinal))];
            if (open.Length != left.Length)
            {
                string what = isNorm ? "norm" : "dense layer";
                throw new ModelException($"'{path}': {left.Length} {what}{(left.Length == 1 ? "" : "s")} found{(left.Length == 0 ? "" : $" ({string.Join(", ", left.Select(Describe))})")}, {open.Length} expected by the network {definition}");
            }

            for (int n = 0; n < open.Length; n++)
            {
                found.Add(open[n], left[n]);
            }

            NoteOrder(path, open, left, notes);
        }

        foreach ((string place, string name) in map)
        {
            found.Add(place, modules.First(module => module.Name == name));
        }

        var tensors = new Dictionary<string, ForeignTensor>(StringComparer.Ordinal);
        foreach ((string place, StateModule module) in found)
        {
            if (place == InputNorm && !module.IsBatchNorm)
            {
                throw new ModelException($"'{path}': {Describe(module)} found before the first layer, where a batch_norm alone can become part of the weights");
            }

            if (places[place] is "" ? !module.IsDense : module.IsDense || (places[place] == "batch_norm") != module.IsBatchNorm)
            {
                throw new ModelException($"'{path}': {Describe(module)} found for {place}, {(places[place] is { Length: > 0 } norm ? $"a {norm}" : "weights [Out, In] of a dense layer")} expected by the network {definition}");
            }

            foreach ((string name, ForeignTensor tensor) in module.Tensors.Where(_ => place != InputNorm))
            {
                tensors[$"{place}.{name}"] = tensor;
            }
        }

        if (before is not null)
        {
            Fold(path, before, tensors, notes);
        }

        HashSet<string> known = [.. definition.Tensors.Select(tensor => tensor.Name)];
        if (tensors.FirstOrDefault(pair => !known.Contains(pair.Key)).Value is { } extra)
        {
            throw new ModelException($"'{path}', tensor '{extra.Name}' {ForeignTensor.Text(extra.Shape)}: nothing of a dense layer or a norm");
        }

        foreach (TensorDefinition lacking in definition.Tensors.Where(tensor => !tensors.ContainsKey(tensor.Name)))
        {
            int end = lacking.Name.LastIndexOf('.');
            string name = found.GetValueOrDefault(lacking.Name[..end])?.Name ?? "", own = lacking.Name[(end + 1)..];
            if (own is not ("bias" or "weight"))
            {
                throw new ModelException($"'{path}': tensor '{name}.{own}' of shape {ForeignTensor.Text(lacking.Shape.Select(size => (long)size))} is missing");
            }

            notes?.Add(new($"'{path}': '{name}' has no {own}: {(own == "bias" ? 0 : 1)} is taken", IsLoss: false) { IsGuess = true });
        }

        NoteNorms(path, definition, found, notes);
        NotePlaces(path, definition, modules, found, map, notes);
        return tensors;
    }

    /// <summary>In a Sequential numbers say that a norm stands before every dense layer.</summary>
    private static bool IsBeforeAll(StateModule module, StateModule[] modules) =>
        module.IsNorm && modules.First(other => other.IsDense) is var first && module.Stem == first.Stem && Array.IndexOf(modules, module) < Array.IndexOf(modules, first);

    /// <summary>A batch norm of the inputs becomes part of the first layer.</summary>
    private static void Fold(string path, StateModule norm, Dictionary<string, ForeignTensor> tensors, Notes? notes)
    {
        ForeignTensor weights = tensors[$"{Name(1)}.weight"];
        long inputs = weights.Shape[1];
        double[] Of(string name, double usual)
        {
            if (!norm.Tensors.TryGetValue(name, out ForeignTensor? tensor))
            {
                return double.IsNaN(usual) ? throw new ModelException($"'{path}': tensor '{norm.Name}.{name}' of shape [{inputs}] is missing") : [.. Enumerable.Repeat(usual, (int)inputs)];
            }

            int odd = Array.FindIndex(tensor.Values, value => !double.IsFinite(value) || (value < 0 && name == "running_var"));
            return tensor.Shape is not [var size] || size != inputs ? throw new ModelException($"'{path}', tensor '{tensor.Name}': shape {ForeignTensor.Text(tensor.Shape)} found, [{inputs}] expected, as the first layer has inputs")
                : odd >= 0 ? throw new ModelException($"'{path}', tensor '{tensor.Name}', element {odd}: {tensor.Values[odd].ToString(CultureInfo.InvariantCulture)} found, {(double.IsFinite(tensor.Values[odd]) ? "a variance of at least 0" : "a finite number")} expected")
                : tensor.Values;
        }

        if (norm.Tensors.Keys.Except(["weight", "bias", "running_mean", "running_var"]).FirstOrDefault() is { } extra)
        {
            throw new ModelException($"'{path}', tensor '{norm.Name}.{extra}': nothing of a norm");
        }

        var usual = new BatchNorm();
        var affine = Affine.OfBatchNorm(norm.Name, Of("weight", 1), Of("bias", 0), Of("running_mean", double.NaN), Of("running_var", double.NaN), usual.Epsilon);
        long units = weights.Shape[0];
        ForeignTensor biases = tensors.GetValueOrDefault($"{Name(1)}.bias") ?? new("", [units], new double[units], false);
        if (biases.Values.Length == units) // else it is told with its shape
        {
            affine.FoldInto(weights.Values, biases.Values);
        }

        tensors[$"{Name(1)}.bias"] = biases;
        notes?.Add(new(string.Create(CultureInfo.InvariantCulture, $"'{path}': '{norm.Name}' stands before the first layer, as batch_norm with epsilon {usual.Epsilon} (the file does not say it), and is part of its weights now: predictions are the same but for rounding"), IsLoss: false, "Map"));
    }

    /// <summary>Says the order where names do not: where they differ by more than their numbers.</summary>
    private static void NoteOrder(string path, string[] places, StateModule[] modules, Notes? notes)
    {
        bool isGuess = modules.Select(module => module.Stem).Distinct(StringComparer.Ordinal).Count() <= 1;
        if (modules.Length > 1)
        {
            notes?.Add(new($"'{path}': {(isGuess ? "taken in order" : "names do not say in what order layers stand; taken")}: {string.Join(", ", places.Zip(modules, (place, module) => $"{place}={module.Name}"))}", IsLoss: !isGuess, "Map") { IsGuess = isGuess });
        }
    }

    /// <summary>A state_dict knows neither a norm's ε nor what it is over: GroupNorm, InstanceNorm and PReLU have tensors of the same names and shapes.</summary>
    private static void NoteNorms(string path, NetworkDefinition definition, Dictionary<string, StateModule> found, Notes? notes)
    {
        string[] taken = [.. definition.Layers.Select((layer, n) => found.TryGetValue($"{Name(n + 1)}.norm", out StateModule? norm) ? $"'{norm.Name}' as {Full(NormOf(layer)!)}" : null).OfType<string>()];
        if (taken.Length > 0)
        {
            notes?.Add(new($"'{path}': taken: {string.Join(", ", taken)}. The file says neither epsilon nor the kind of norm: those of a GroupNorm, an InstanceNorm or a PReLU look the same, and are none here", IsLoss: false, "Network"));
        }

        static string Full(LayerPart norm) => string.Create(CultureInfo.InvariantCulture, $"{norm.Name}({norm.Parameter})");
    }

    /// <summary>In a Sequential numbers say what a norm stands behind, and count what has no tensors too: one behind an activation shows by a gap before it.</summary>
    private static void NotePlaces(string path, NetworkDefinition definition, StateModule[] modules, Dictionary<string, StateModule> found, IReadOnlyDictionary<string, string> map, Notes? notes)
    {
        for (int layer = 1; layer <= definition.Layers.Length; layer++)
        {
            if (!found.TryGetValue($"{Name(layer)}.norm", out StateModule? norm) || found[Name(layer)] is not { } dense || dense.Stem != norm.Stem)
            {
                continue;
            }

            int own = Array.IndexOf(modules, dense), at = Array.IndexOf(modules, norm);
            if (!map.ContainsKey($"{Name(layer)}.norm") && Array.FindLastIndex(modules, Math.Max(0, at - 1), module => module.IsDense) != own)
            {
                throw new ModelException($"'{path}': by its number '{norm.Name}' does not stand behind '{dense.Name}', whose norm it would be in the network {definition}");
            }

            if (Last(norm) - Last(dense) is > 1 and var apart)
            {
                notes?.Add(new($"'{path}': between '{dense.Name}' and its norm '{norm.Name}' {(apart == 2 ? "stands something" : "stand some things")} without tensors. If that is an activation, this is another network: here the norm comes before it", IsLoss: true));
            }
        }

        static int Last(StateModule module) => int.TryParse(module.Name.Split('.')[^1], NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : 0;
    }

    private static LayerPart? NormOf(LayerDefinition layer) => layer.Parts.FirstOrDefault(part => part is LayerNorm or BatchNorm);

    private static string Name(int layer) => string.Create(CultureInfo.InvariantCulture, $"layers.{layer}");

    private static string Describe(StateModule module) => $"'{module.Name}' {(module.IsBatchNorm ? "of a batch_norm " : "")}{ForeignTensor.Text((module.Tensors.GetValueOrDefault("weight") ?? module.Tensors.Values.First()).Shape)}";

    /// <summary>What the network could be, of which the file does not say the activations.</summary>
    private static UsageException Asking(string path, StateModule[] modules)
    {
        StateModule[] dense = [.. modules.Where(module => module.IsDense)];
        Queue<StateModule> norms = new(modules.Where(module => module.IsNorm && !IsBeforeAll(module, modules)));
        List<string> layers = [dense[0].Tensors["weight"].Shape[1].ToString(CultureInfo.InvariantCulture)];
        for (int n = 0; n < dense.Length; n++)
        {
            long units = dense[n].Tensors["weight"].Shape[0];
            bool hasNorm = norms.TryPeek(out StateModule? norm) && norm.Tensors.Values.First().Shape[0] == units;
            string part = !hasNorm ? "" : norms.Dequeue().IsBatchNorm ? ",batch_norm" : ",layer_norm";
            layers.Add(string.Create(CultureInfo.InvariantCulture, $"{units}:{(n < dense.Length - 1 ? "relu" : units == 1 ? "identity" : "softmax")}{part}"));
        }

        string found = string.Join(", ", modules.Select(Describe)), kinds = modules.Any(module => module.IsNorm) ? " and the norms, of which the file knows neither kind nor epsilon," : "";
        return new($"'{path}': {found} found, which says nothing of activations; the network is expected, such as {string.Join('-', layers)} with the activations{kinds} that it has") { Settings = [$"Network = {string.Join('-', layers)}"] };
    }
}
