using System.Globalization;
using Backprop.Activations;
using Backprop.Data;
using Backprop.Losses;
using Backprop.ModelFiles;
using Backprop.Networks;
using Backprop.Tables;
using Backprop.Tables.Schemas;

namespace Backprop.Interchange.NumPy;

/// <summary>
/// Models out of NumPy's .npz: <see cref="NumPyExport"/>'s, and scikit-learn's MLPClassifier and MLPRegressor m, of which Python's
/// <code>
/// numpy.savez("m.npz", **{f"coefs_{i}": w for i, w in enumerate(m.coefs_)}, **{f"intercepts_{i}": b for i, b in enumerate(m.intercepts_)},
///             activation=m.activation, out_activation_=m.out_activation_, classes_=m.classes_.astype(str))
/// </code>
/// makes one: of a regressor without classes_, of one that has learned from named columns with feature_names_in_=m.feature_names_in_.astype(str), behind a StandardScaler s with mean_=s.mean_, scale_=s.scale_, behind a SimpleImputer i with statistics_=i.statistics_. No
/// Python is run, and objects are not read.
/// </summary>
/// <example>
/// <code>
/// ModelFile&lt;float&gt; model = NumPyImport.Read("m.npz");
/// model.Write("m.safetensors");
/// </code>
/// </example>
public static class NumPyImport
{
    private static readonly string[] s_targets = ["y", "target", "label", "class"];

    /// <summary>Reads a model: with a schema of columns of numbers where anything is said of columns or classes, else a network alone.</summary>
    /// <param name="path">The file.</param>
    /// <param name="definition">What it is, where the file says nothing of activations; where it does, it must fit, as <see cref="NetworkFit"/> has it. null: it does.</param>
    /// <param name="notes">What is rounded, named or left out goes here.</param>
    /// <exception cref="ModelException">A file that cannot be taken: which array, what was found, what was expected; or another network than the definition.</exception>
    /// <exception cref="UsageException">Neither the file nor a definition says what the activations are, or a loss does not go with the last layer.</exception>
    public static ModelFile<float> Read(string path, NetworkDefinition? definition = null, Notes? notes = null) => Read(path, definition, null, notes);

    internal static ModelFile<float> Read(string path, NetworkDefinition? definition, Loss? loss, Notes? notes)
    {
        ArgumentNullException.ThrowIfNull(path);
        var texts = new Dictionary<string, TextArray>(StringComparer.Ordinal);
        IReadOnlyDictionary<string, NumericArray> numbers;
        try
        {
            numbers = NpyReader.ReadAll(path, texts);
        }
        catch (DataException error) when (error.Message.Contains("objects", StringComparison.Ordinal))
        {
            throw new ModelException($"{error.Message}: of names and classes .astype(str) makes texts", error);
        }

        return new Arrays(path, numbers, texts, notes).Read(definition, loss);
    }

    /// <summary>The arrays of a file, those that were asked for marked.</summary>
    private sealed class Arrays(string path, IReadOnlyDictionary<string, NumericArray> numbers, Dictionary<string, TextArray> texts, Notes? notes)
    {
        private readonly HashSet<string> _used = new(StringComparer.Ordinal);

        public ModelFile<float> Read(NetworkDefinition? given, Loss? loss)
        {
            List<(ForeignTensor Weights, ForeignTensor Biases)> layers = [];
            while (Numbers(Numbered(ArrayNames.Weights, layers.Count)) is { } weights)
            {
                NumericArray biases = Numbers(Numbered(ArrayNames.Biases, layers.Count)) ?? throw new ModelException($"'{path}': no array '{Numbered(ArrayNames.Biases, layers.Count)}' found beside '{Numbered(ArrayNames.Weights, layers.Count)}'");
                layers.Add((Tensor(Numbered(ArrayNames.Weights, layers.Count), weights, 2).Transposed(), Tensor(Numbered(ArrayNames.Biases, layers.Count), biases, 1)));
            }

            if (layers.Count == 0)
            {
                throw new ModelException($"'{path}': no array '{ArrayNames.Weights}0' [In, Out] found, of which a dense layer is made; it has {(numbers.Count + texts.Count == 0 ? "none" : Suggestion.List([.. numbers.Keys, .. texts.Keys]))}");
            }

            if (numbers.Keys.FirstOrDefault(name => (Number(name, ArrayNames.Weights) ?? Number(name, ArrayNames.Biases)) >= layers.Count) is { } later)
            {
                throw new ModelException($"'{path}': no array '{Numbered(ArrayNames.Weights, layers.Count)}' found before '{later}'");
            }

            NetworkDefinition definition = Definition(layers, given);
            var tensors = new Dictionary<string, ForeignTensor>(StringComparer.Ordinal);
            for (int n = 0; n < layers.Count; n++)
            {
                tensors[string.Create(CultureInfo.InvariantCulture, $"layers.{n + 1}.weight")] = layers[n].Weights;
                tensors[string.Create(CultureInfo.InvariantCulture, $"layers.{n + 1}.bias")] = layers[n].Biases;
            }

            Network<float> network = NetworkFit.Apply(NetworkAssembly.Build(definition, tensors, path, notes), given, loss, path);
            TableSchema? schema = Schema(network.Definition); // how many values there are, the loss says
            string? json = schema is null ? null : SchemaJson.Write(schema);
            RequireFitting(json);
            string[] left = [.. numbers.Keys.Concat(texts.Keys).Where(name => !_used.Contains(name))];
            if (left.Length > 0)
            {
                notes?.Add(new($"'{path}': left out: {Suggestion.List(left)}", IsLoss: true));
            }

            return new(network, json);
        }

        /// <summary>What does not fit together is refused here, not when the model is used.</summary>
        private void RequireFitting(string? json)
        {
            try
            {
                _ = json is null ? null : SchemaJson.Read(json);
            }
            catch (BackpropException error)
            {
                throw new ModelException($"'{path}', columns and classes as its arrays name them: {error.Message}", error);
            }
        }

        private NetworkDefinition Definition(List<(ForeignTensor Weights, ForeignTensor Biases)> layers, NetworkDefinition? given)
        {
            string[]? activations = Texts(ArrayNames.Activations)?.Values;
            string? hidden = One(ArrayNames.Activation), output = One(ArrayNames.OutputActivation), loss = One(ArrayNames.Loss);
            if (activations is null && hidden is not null && output is not null)
            {
                activations = [.. Enumerable.Repeat(Ours(hidden, ArrayNames.Activation), layers.Count - 1), Ours(output, ArrayNames.OutputActivation)];
            }

            if (activations is null && given is not null)
            {
                RequireSaid(hidden, ArrayNames.Activation, given.Layers[..^1]);
                RequireSaid(output, ArrayNames.OutputActivation, given.Layers[^1..]);
            }

            activations ??= given?.Layers.Select(layer => layer.Activation.ToString()).ToArray() ?? throw Asking(layers, hidden);
            if (activations.Length != layers.Count)
            {
                throw new ModelException($"'{path}': {activations.Length} activations for {layers.Count} layers found, one for each expected{(given is null ? "" : $" by the network {given}")}");
            }

            try
            {
                return new(checked((int)layers[0].Weights.Shape[1]), layers.Select((layer, n) => new LayerDefinition((int)layer.Weights.Shape[0], ActivationFunction.Parse(activations[n]))), Parsed(loss));
            }
            catch (UsageException error)
            {
                throw new ModelException($"'{path}': {error.Message}", error);
            }
        }

        /// <summary>Where a file names one of two, the other is the definition's, and both must be as they are told.</summary>
        private void RequireSaid(string? activation, string array, IEnumerable<LayerDefinition> layers)
        {
            if (activation is not null && layers.FirstOrDefault(layer => layer.Activation.ToString() != Ours(activation, array)) is { } odd)
            {
                throw new ModelException($"'{path}', array '{array}': '{activation}' found, {odd.Activation} expected by the network");
            }
        }

        /// <summary>scikit-learn's losses are those that go with the last layer.</summary>
        private static Loss? Parsed(string? loss) => loss is null or "log_loss" or "binary_log_loss" or "squared_error" ? null : Loss.Parse(loss);

        private string Ours(string activation, string array) => ArrayNames.Known.FirstOrDefault(pair => pair.Value == activation || pair.Key == activation).Key
            ?? throw new ModelException($"'{path}', array '{array}': '{activation}' found, {string.Join(", ", ArrayNames.Known.Values)} expected");

        private UsageException Asking(List<(ForeignTensor Weights, ForeignTensor Biases)> layers, string? hidden)
        {
            string Name(int n) => n < layers.Count - 1 ? (hidden is null ? "relu" : Ours(hidden, ArrayNames.Activation)) : layers[n].Weights.Shape[0] == 1 ? "identity" : "softmax";
            string network = string.Join('-', layers.Select((layer, n) => string.Create(CultureInfo.InvariantCulture, $"{layer.Weights.Shape[0]}:{Name(n)}")).Prepend(layers[0].Weights.Shape[1].ToString(CultureInfo.InvariantCulture)));
            return new($"'{path}': no {(hidden is null ? $"{ArrayNames.Activation} and {ArrayNames.OutputActivation}" : ArrayNames.OutputActivation)} found, the network is expected, such as {network} with the activations that it has") { Settings = [$"Network = {network}"] };
        }

        /// <summary>Columns of numbers and what is predicted, as far as anything is said of them.</summary>
        private TableSchema? Schema(NetworkDefinition network)
        {
            if (Texts(ArrayNames.MadeFeatures) is not null) // whatever else is said of columns, nobody has read: it is listed as left out
            {
                string units = numbers.ContainsKey(ArrayNames.TargetScale) || numbers.ContainsKey(ArrayNames.TargetMean) ? $", and are standardised as in training: y · {ArrayNames.TargetScale} + {ArrayNames.TargetMean} is in their own units" : "";
                notes?.Add(new($"'{path}': its network takes features that a schema made of columns, which the file does not have ({ArrayNames.MadeFeatures}): the model takes them as numbers in order, and its outputs go by numbers{units}", IsLoss: true));
                return null;
            }

            string[]? names = Texts(ArrayNames.Features)?.Values, classes = Classes(), targets = Texts(ArrayNames.Targets)?.Values;
            double[]? mean = Each(ArrayNames.Mean, network.Inputs), scale = Each(ArrayNames.Scale, network.Inputs), targetMean = Each(ArrayNames.TargetMean, network.ValueCount), targetScale = Each(ArrayNames.TargetScale, network.ValueCount);
            double[]? imputed = Each(ArrayNames.Imputed, network.Inputs, orNone: true);
            string[]? missing = Texts(ArrayNames.Missing)?.Values;
            if (!numbers.ContainsKey(ArrayNames.Thresholds) && new object?[] { names, classes, targets, mean, scale, imputed, targetMean, targetScale, missing }.All(said => said is null))
            {
                return null;
            }

            if (network.Loss.TakesOffset)
            {
                throw new ModelException($"'{path}': the loss {network.Loss} takes exposures of rows, of which arrays know no column");
            }

            if (names is null)
            {
                names = [.. Enumerable.Range(0, network.Inputs).Select(n => string.Create(CultureInfo.InvariantCulture, $"x{n}"))];
                notes?.Add(new($"'{path}': no {ArrayNames.Features} found: the columns are called {names[0]}{(names.Length > 1 ? $" … {names[^1]}" : "")}", IsLoss: false));
            }

            if (names.Length != network.Inputs)
            {
                throw new ModelException($"'{path}', array '{ArrayNames.Features}': {names.Length} names found, {network.Inputs} expected");
            }

            RequireDistinct(ArrayNames.Features, names, "names a column twice");
            RequireDistinct(ArrayNames.Classes, classes, "names a class twice");
            TargetColumns target = Target(network, names, classes, targets);
            target = target with { Means = targetMean ?? Zeros(targetScale), Scales = targetScale ?? Ones(targetMean), Thresholds = Each(ArrayNames.Thresholds, target.Kind == TargetKind.Flags ? target.Names.Count : 1) };
            return new([.. names.Select((name, n) => new FeatureColumn(name, FeatureKind.Numeric, mean?[n] ?? 0, scale?[n] ?? 1, imputed?[n] ?? double.NaN))], target) { Missing = missing };
        }

        private void RequireDistinct(string array, string[]? names, string twice)
        {
            if (names?.CountBy(name => name, StringComparer.Ordinal).FirstOrDefault(name => name.Value > 1).Key is { } odd)
            {
                throw new ModelException($"'{path}', array '{array}': '{odd}' {twice}");
            }
        }

        private static double[]? Zeros(double[]? like) => like is null ? null : new double[like.Length];

        private static double[]? Ones(double[]? like) => like is null ? null : [.. like.Select(_ => 1.0)];

        private TargetColumns Target(NetworkDefinition network, string[] names, string[]? classes, string[]? targets)
        {
            bool isFlags = network.Layers[^1].Activation.Name == "sigmoid" && network.Outputs > 1 && (targets is null || targets.Length == network.Outputs);
            string usual = s_targets.Append("prediction").First(name => !names.Contains(name, StringComparer.Ordinal));
            bool isClass = !isFlags && (classes is not null || network.OutputMeaning.IsProbability());
            int labels = Math.Max(2, network.Outputs);
            if (classes is not null && classes.Length != (isFlags ? network.Outputs : isClass && !network.HasLogits && network.Outputs == 1 ? -1 : labels))
            {
                throw new ModelException($"'{path}', array '{ArrayNames.Classes}': {classes.Length} classes found, {(network.Outputs == 1 && !network.HasLogits ? "none" : labels)} expected of {network.Outputs} output{(network.Outputs == 1 ? "" : "s")} with {network.Layers[^1].Activation}");
            }

            if (isClass && targets is { Length: not 1 })
            {
                _used.Remove(ArrayNames.Targets); // a class is one column
            }

            int values = isFlags ? network.Outputs : network.ValueCount;
            if (!isClass && targets is not null && targets.Length != values)
            {
                throw new ModelException($"'{path}', array '{ArrayNames.Targets}': {targets.Length} names found, {values} expected");
            }

            return isClass ? new([targets is [var only] ? only : usual], TargetKind.Class, classes ?? [.. Enumerable.Range(0, labels).Select(n => n.ToString(CultureInfo.InvariantCulture))])
                : new(targets ?? classes ?? (network.ValueCount == 1 ? [usual] : [.. Enumerable.Range(0, network.ValueCount).Select(n => string.Create(CultureInfo.InvariantCulture, $"{usual}{n}"))]), isFlags ? TargetKind.Flags : TargetKind.Values);
        }

        /// <summary>Numbers as they are written, whole ones without a point.</summary>
        private string[]? Classes() => Texts(ArrayNames.Classes)?.Values ?? (Numbers(ArrayNames.Classes)?.Values is { } values ? [.. values.Select(value => value.ToString("R", CultureInfo.InvariantCulture))] : null);

        /// <summary>A number for each; where there may be none, NaN says so.</summary>
        private double[]? Each(string name, int count, bool orNone = false)
        {
            NumericArray? array = Numbers(name);
            if (array is not null && (array.Values.Length != count || !array.Values.All(value => double.IsFinite(value) || (orNone && double.IsNaN(value)))))
            {
                throw new ModelException($"'{path}', array '{name}': {array.Values.Length} numbers found, {count} finite ones expected");
            }

            int odd = array is null || name is not (ArrayNames.Scale or ArrayNames.TargetScale) ? -1 : Array.FindIndex([.. array.Values], value => value <= 0);
            return odd < 0 ? array?.Values
                : throw new ModelException($"'{path}', array '{name}', element {odd}: {array!.Values[odd].ToString(CultureInfo.InvariantCulture)} found, a scale above 0 expected");
        }

        /// <summary>The n of coefs_n.</summary>
        private static int? Number(string array, string name) =>
            array.StartsWith(name, StringComparison.Ordinal) && int.TryParse(array.AsSpan(name.Length), NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : null;

        private ForeignTensor Tensor(string name, NumericArray array, int dimensions) => array.Shape.Count == dimensions && array.Values.Length > 0 && array.Shape.All(size => size <= NetworkDefinition.MaxWidth)
            ? new(name, [.. array.Shape.Select(size => (long)size)], array.Values, array.Values.Any(value => (float)value != value))
            : throw new ModelException($"'{path}', array '{name}': shape {ForeignTensor.Text(array.Shape.Select(size => (long)size))} found, {(dimensions == 2 ? "[In, Out]" : "[Out]")} expected");

        private static string Numbered(string name, int n) => string.Create(CultureInfo.InvariantCulture, $"{name}{n}");

        private NumericArray? Numbers(string name)
        {
            _used.Add(name);
            return numbers.GetValueOrDefault(name);
        }

        private TextArray? Texts(string name)
        {
            _used.Add(name);
            return texts.GetValueOrDefault(name);
        }

        private string? One(string name) => Texts(name) is not { } array ? null
            : array.Values is [var only] ? only
            : throw new ModelException($"'{path}', array '{name}': {array.Values.Length} texts found, one expected");
    }
}
