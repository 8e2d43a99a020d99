using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Json;
using Backprop.Activations;
using Backprop.Kernels;
using Backprop.Losses;
using Backprop.Networks;
using Backprop.Tables;
using Backprop.Tables.Models;
using Backprop.Tables.Schemas;

namespace Backprop.Interchange.CSharp;

/// <summary>A whole model as a class: from a row to label and probabilities, or values in their own units.</summary>
internal sealed class ModelSource<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private static readonly string s_version = typeof(NetworkDefinition).Assembly.GetName().Version!.ToString(3);

    /// <summary>What the source takes from .NET: a namespace of that name would hide it.</summary>
    private static readonly string[] s_taken =
    [
        "ArgumentException", "Array", "ArrayPool", "BitConverter", "Console", "Convert", "CultureInfo", "DateTime", "DateTimeKind", "Encoding", "List", "Math", "MathF", "MemoryMarshal", "MethodImpl", "MethodImplOptions", "NumberStyles",
        "PlatformNotSupportedException", "ReadOnlySpan", "Real", "Span", "StreamReader", "StreamWriter", "StringBuilder", "StringComparison", "TextReader", "TextWriter", "ThreadStatic", "UTF8Encoding", "Vector",
    ];

    private readonly TabularModel<T> _model;
    private readonly NetworkDefinition _network;
    private readonly TargetColumns? _target;
    private readonly CSharpOptions _options;
    private readonly Notes? _notes;
    private readonly RowSource _row;
    private readonly FormulaSource _formulas = new();
    private readonly WeightSource<T> _weights = new();
    private readonly NetworkSource<T> _forward;
    private readonly int _memberSize;
    private readonly HashSet<string> _parts = ["Fused", "Double", "Scratch", "CellParser"];
    private readonly string _output, _mean;

    public ModelSource(TabularModel<T> model, CSharpOptions options, Notes? notes)
    {
        (_model, _network, _target, _options, _notes) = (model, model.Definition, model.Schema?.Target, options, notes);
        long bytes = model.Members * _network.Tensors.Sum(tensor => (long)tensor.Length) * (typeof(T) == typeof(float) ? sizeof(float) : sizeof(double));
        if (bytes > WeightSource<T>.Most)
        {
            throw new ModelException(string.Create(CultureInfo.InvariantCulture, $"the model's tensors take {bytes:N0} bytes, C# source is written of {WeightSource<T>.Most:N0} at most: compilers take minutes and gigabytes for more (ONNX holds them)"));
        }

        if (bytes > WeightSource<T>.MostBytes)
        {
            notes?.Add(new(string.Create(CultureInfo.InvariantCulture, $"the weights of {bytes:N0} bytes become an array when the program starts, and about {bytes / 10_000:N0} MB of memory in the compiler; up to {WeightSource<T>.MostBytes:N0} bytes are read in place"), IsLoss: false));
        }

        if (model.Schema is null)
        {
            notes?.Add(new(string.Create(CultureInfo.InvariantCulture, $"the model names no columns: they are called x0 to x{_network.Inputs - 1}"), IsLoss: false));
        }

        _row = new(model.Schema ?? new TableSchema([.. Enumerable.Range(0, _network.Inputs).Select(n => new FeatureColumn(string.Create(CultureInfo.InvariantCulture, $"x{n}"), FeatureKind.Numeric))], new(["(none)"], TargetKind.Values)), notes);
        _forward = new(model.Ensemble.Members[0], _formulas, _weights);
        _memberSize = _weights.Count;
        foreach (Network<T> member in model.Ensemble.Members.Skip(1))
        {
            _ = new NetworkSource<T>(member, _formulas, _weights);
        }

        if (_row.HasCircles)
        {
            _formulas.Function<double>(FormulaOperation.Sin, isVector: false);
            _formulas.Function<double>(FormulaOperation.Cos, isVector: false);
            _parts.Add("DateCircle");
        }

        _output = Output();
        _mean = IsOne ? One() : Mean();
        _parts.UnionWith(_row.Parts);
        _parts.UnionWith(_forward.Parts);
        _parts.Add(typeof(T) == typeof(float) ? "Single" : "Double");
    }

    private bool IsOne => _model.Members == 1 && _model.Ensemble.Temperature == 1;

    private bool AreClasses => _model.Labels.Count > 0;

    private bool Deviates => _network.OutputMeaning == OutputMeaning.MeanAndLogVariance;

    /// <summary>The file.</summary>
    /// <param name="usual">What the class is called unless the options say.</param>
    /// <exception cref="UsageException">The class cannot be called as the options say.</exception>
    public string Write(string usual)
    {
        string body = Indented(Body(), 0);
        bool IsTaken(string word) => word == "System" || CSharpCode.HasWord(body, word);
        string name = _options.Class ?? (IsTaken(usual) ? $"{usual}Model" : usual);
        if (!CSharpText.IsTypeName(name) || IsTaken(name))
        {
            throw new UsageException($"the class '{name}': {(CSharpText.IsTypeName(name) ? "a member of it, or what it uses, is called so" : "no name of C#")}") { Settings = ["Class"] };
        }

        if (_options.Namespace?.Split('.').FirstOrDefault(word => s_taken.Contains(word) && CSharpCode.HasWord(body, word)) is { } hiding)
        {
            throw new UsageException($"the namespace '{_options.Namespace}': '{hiding}' would hide what the source uses of that name") { Settings = ["Namespace"] };
        }

        if (_options.Class is null && name != usual)
        {
            _notes?.Add(new($"the class is called {name}: {usual} is a member of it, or what it uses", IsLoss: false, "Class"));
        }

        string type = typeof(T) == typeof(float) ? "System.Single" : "System.Double";
        var text = new StringBuilder();
        text.Append($"// <auto-generated>\n// Written by backprop {s_version} of a model. Do not edit: write it anew.\n// </auto-generated>\n#nullable enable\n\n");
        text.Append("using System;\nusing System.Buffers;\n").Append(_options.HasMain ? "using System.Collections.Generic;\n" : "").Append("using System.Globalization;\n").Append(_options.HasMain ? "using System.IO;\n" : "");
        text.Append("using System.Numerics;\nusing System.Runtime.CompilerServices;\nusing System.Runtime.InteropServices;\n").Append(_options.HasMain ? "using System.Text;\n" : "");
        text.Append($"using Real = {type};\n\n");
        string declaration = $"{Documentation(name)}public static class {name}\n{{\n{body}}}\n";
        return text.Append(_options.Namespace is not { } space ? declaration
            : _options.Language >= 10 ? $"namespace {space};\n\n{declaration}"
            : $"namespace {space}\n{{\n{Indented(declaration, 4)}}}\n").ToString();
    }

    private string Body()
    {
        var text = new StringBuilder();
        Constants(text);
        text.Append(_row.Struct()).Append('\n');
        Api(text);
        text.Append(_row.Encoding()).Append('\n');
        Evaluate(text);
        foreach (string loop in _forward.Loops)
        {
            text.Append($"    private static void Each{loop}(Span<Real> x)\n    {{\n        int n = 0;\n#if NET9_0_OR_GREATER\n        ref Real at = ref MemoryMarshal.GetReference(x);\n        for (; n + Vector<Real>.Count <= x.Length; n += Vector<Real>.Count)\n        {{\n            {loop}(Vector.LoadUnsafe(ref at, (nuint)n)).StoreUnsafe(ref at, (nuint)n);\n        }}\n#endif\n        for (; n < x.Length; n++)\n        {{\n            x[n] = {loop}(x[n]);\n        }}\n    }}\n\n");
        }

        text.Append(_formulas);
        foreach (string part in _parts.Order(StringComparer.Ordinal))
        {
            text.Append(CSharpCode.Part(part)).Append('\n');
        }

        text.Append($"#if NET9_0_OR_GREATER\n{CSharpCode.Part(typeof(T) == typeof(float) ? "SingleVector" : "DoubleVector")}#endif\n\n");
        return text.Append(_weights.Declaration()).ToString();
    }

    private void Constants(StringBuilder text)
    {
        int inputs = _network.InputsOf(1), waves = _network.Input?.Periodic?.Frequencies ?? 0;
        text.Append(CultureInfo.InvariantCulture, $"    /// <summary>The numbers that are predicted of a row: {(AreClasses ? "one for each label" : Deviates ? "one for each target, then how far it may be off, as a standard deviation" : "one for each target")}.</summary>\n    public const int OutputCount = {OutputCount};\n\n");
        text.Append(CultureInfo.InvariantCulture, $"    private const int FeatureCount = {_network.Inputs}, InputWidth = {(_network.Input is null ? 0 : inputs)}, WaveCount = {waves}, LayerWidth = {_forward.Width}, OutputWidth = {_network.Outputs}, EnsembleSize = {_model.Members}, NetworkSize = {_memberSize};\n\n");
        Names(text, "Columns", "The columns, in the order of cells and numbers.", _row.Names);
        Names(text, AreClasses ? "Labels" : "Targets", AreClasses ? $"The labels of {_target?.Names[0] ?? "the class"}, in the order of their probabilities." : "The targets, in the order of their values.", AreClasses ? _model.Labels : _model.TargetNames);
    }

    private int OutputCount => AreClasses ? _model.Labels.Count : Deviates ? 2 * _network.ValueCount : _network.ValueCount;

    private static void Names(StringBuilder text, string name, string meaning, IEnumerable<string> names)
    {
        text.Append($"    /// <summary>{CSharpText.Comment(meaning)}</summary>\n    public static ReadOnlySpan<string> {name} => s_{name.ToLowerInvariant()};\n\n");
        text.Append($"    private static readonly string[] s_{name.ToLowerInvariant()} =\n    {{\n{string.Concat(names.Select(one => $"        {CSharpText.Literal(one)},\n"))}    }};\n\n");
    }

    private void Api(StringBuilder text)
    {
        string exposure = _row.Exposure is { } given ? $"Exposure({given})" : "1";
        const string Outputs = "    /// <param name=\"outputs\">Written, <see cref=\"OutputCount\"/> numbers for each row.</param>\n    /// <exception cref=\"ArgumentException\">Room for another number of outputs, or a cell that is not what its column is.</exception>\n";
        string what = AreClasses ? _network.OutputMeaning.IsProbability() ? "The probability of each label" : "The score of each label" : Deviates ? "The value of each target in its own units, then the deviation of each" : "The value of each target in its own units";
        text.Append($"    /// <summary>{what}; NaN all, where one is not a finite number. Allocates nothing but each thread's memory at its first call.</summary>\n    /// <param name=\"row\">The row.</param>\n{Outputs}    public static void Predict(in Row row, Span<double> outputs)\n    {{\n        Encode(row, Memory.Features);\n        Evaluate(Memory, {exposure}, outputs);\n    }}\n\n");
        text.Append($"    /// <summary>The same of many rows.</summary>\n    /// <param name=\"rows\">The rows.</param>\n{Outputs}    public static void Predict(ReadOnlySpan<Row> rows, Span<double> outputs)\n    {{\n        RequireRoom(rows.Length, outputs);\n        for (int n = 0; n < rows.Length; n++)\n        {{\n            Predict(rows[n], outputs.Slice(n * OutputCount, OutputCount));\n        }}\n    }}\n\n");
        if (_row.AreNumbers)
        {
            text.Append($"    /// <summary>The same of rows that are nothing but numbers.</summary>\n    /// <param name=\"numbers\">[Rows×Columns], row by row; NaN is missing.</param>\n{Outputs}    public static void Predict(ReadOnlySpan<double> numbers, Span<double> outputs)\n    {{\n        int width = Columns.Length, count = numbers.Length / width;\n        if (numbers.Length % width != 0)\n        {{\n            throw new ArgumentException($\"{{numbers.Length}} numbers found, whole rows of {{width}} expected\", nameof(numbers));\n        }}\n\n        RequireRoom(count, outputs);\n        for (int n = 0; n < count; n++)\n        {{\n            Encode(numbers.Slice(n * width, width), Memory.Features);\n            Evaluate(Memory, 1, outputs.Slice(n * OutputCount, OutputCount));\n        }}\n    }}\n\n");
        }

        if (AreClasses)
        {
            bool hasThreshold = _target?.Thresholds is not null;
            text.Append($"    /// <summary>The label of a row.</summary>\n    /// <exception cref=\"ArgumentException\">A cell that is not what its column is.</exception>\n    public static string PredictLabel(in Row row)\n    {{\n        Span<double> outputs = stackalloc double[OutputCount];\n        Predict(row, outputs);\n        return LabelOf(outputs);\n    }}\n\n");
            text.Append($"    /// <summary>The label that {(hasThreshold ? "the model's threshold decides for" : "has the greatest of the numbers that <see cref=\"Predict(in Row, Span{double})\"/> writes")}; nothing where they are NaN.</summary>\n    public static string LabelOf(ReadOnlySpan<double> outputs)\n    {{\n        if (double.IsNaN(outputs[0]))\n        {{\n            return \"\";\n        }}\n\n");
            text.Append(hasThreshold
                ? $"        return Labels[outputs[1] >= {CSharpText.Literal(_target!.Thresholds![0])} ? 1 : 0];\n    }}\n\n"
                : "        int best = 0;\n        for (int n = 1; n < outputs.Length; n++)\n        {\n            best = outputs[n] > outputs[best] ? n : best;\n        }\n\n        return Labels[best];\n    }\n\n");
        }
        else
        {
            text.Append("    /// <summary>The value of a row's first target.</summary>\n    /// <exception cref=\"ArgumentException\">A cell that is not what its column is.</exception>\n    public static double PredictValue(in Row row)\n    {\n        Span<double> outputs = stackalloc double[OutputCount];\n        Predict(row, outputs);\n        return outputs[0];\n    }\n\n");
            if (_target?.Thresholds is { } thresholds)
            {
                text.Append($"    /// <summary>Whether a target is said to be 1: its value reaches the model's threshold.</summary>\n    public static bool IsSet(int target, double value) => value >= s_thresholds[target];\n\n    private static readonly double[] s_thresholds = {{ {string.Join(", ", thresholds.Select(threshold => CSharpText.Literal(threshold)))} }};\n\n");
            }
        }

        if (_options.HasMain)
        {
            string head = AreClasses ? "        WriteCell(writer, LabelOf(outputs));\n" : "", tab = AreClasses ? "'\\t'" : "n == 0 ? \"\" : \"\\t\"";
            string flags = !AreClasses && _target?.Thresholds is not null ? "        for (int n = 0; n < s_thresholds.Length; n++)\n        {\n            writer.Write(double.IsNaN(outputs[n]) ? \"\\t\" : IsSet(n, outputs[n]) ? \"\\t1\" : \"\\t0\");\n        }\n\n" : "";
            text.Append(CSharpCode.Part("Program")).Append('\n');
            text.Append($"    /// <summary>What is predicted of a row of cells, as a row of TSV.</summary>\n    private static void Answer(string[] cells, TextWriter writer)\n    {{\n        double[] outputs = new double[OutputCount];\n        Predict(Row.Read(cells), outputs);\n{head}        for (int n = 0; n < outputs.Length; n++)\n        {{\n            writer.Write({tab});\n            writer.Write(double.IsNaN(outputs[n]) ? \"\" : outputs[n].ToString(\"R\", CultureInfo.InvariantCulture));\n        }}\n\n{flags}        writer.Write('\\n');\n        writer.Flush();\n    }}\n\n");
        }

        text.Append("    private static void RequireRoom(int rows, Span<double> outputs)\n    {\n        if (outputs.Length != (long)rows * OutputCount)\n        {\n            throw new ArgumentException($\"room for {outputs.Length} numbers found, for {(long)rows * OutputCount} expected\", nameof(outputs));\n        }\n    }\n\n");
        if (_row.Exposure is not null)
        {
            text.Append($"    private static double Exposure(double? cell) => cell is double exposure && !IsMissing(exposure) && exposure > 0 && exposure < double.PositiveInfinity ? exposure : throw Odd({CSharpText.Literal(_model.Schema!.Offset)}, cell is double found ? found.ToString(\"R\", CultureInfo.InvariantCulture) : \"nothing\", \"an exposure above 0\");\n\n");
        }
    }

    /// <summary>From features to what is predicted.</summary>
    private void Evaluate(StringBuilder text)
    {
        text.Append($"    private static void Evaluate(Scratch scratch, double exposure, Span<double> outputs)\n    {{\n        RequireRoom(1, outputs);\n        Span<double> y = scratch.Y;\n{_mean}");
        if (_network.OutputMeaning is OutputMeaning.LogRate or OutputMeaning.LogProbability)
        {
            text.Append("        for (int n = 0; n < y.Length; n++)\n        {\n            y[n] = Math.Exp(y[n]);\n        }\n\n");
        }

        if (AreClasses)
        {
            text.Append(_network.Outputs == 1 ? "        outputs[0] = 1 - y[0];\n        outputs[1] = y[0];\n" : "        y.CopyTo(outputs);\n");
        }
        else
        {
            for (int n = 0; n < _network.ValueCount; n++)
            {
                string value = _target?.Means is { } means ? $"((y[{n}] * {CSharpText.Literal(_target.Scales![n])}) + {CSharpText.Literal(means[n])})" : $"y[{n}]";
                text.Append($"        outputs[{n}] = exposure * {value};\n");
                if (Deviates)
                {
                    text.Append($"        outputs[{_network.ValueCount + n}] = Math.Exp(0.5 * y[{_network.ValueCount + n}]) * {CSharpText.Literal(_target?.Scales?[n] ?? 1)};\n");
                }
            }
        }

        text.Append("        bool isFinite = true;\n        for (int n = 0; n < outputs.Length; n++)\n        {\n            isFinite &= !double.IsNaN(outputs[n]) && !double.IsInfinity(outputs[n]);\n        }\n\n        if (!isFinite)\n        {\n            outputs.Fill(double.NaN); // there is nothing to be said of such a row\n        }\n");
        text.Append("    }\n\n    /// <summary>What the last layer makes before its activation, of one network.</summary>\n    private static Span<Real> Forward(Scratch scratch, int member)\n    {\n        ReadOnlySpan<Real> w = Weights.Slice(member * NetworkSize, NetworkSize), x = scratch.Features;\n");
        text.Append(_forward.Body).Append("    }\n\n");
    }

    /// <summary>Statements that make y of p_N in place, in double.</summary>
    private string Output()
    {
        ActivationFunction activation = _network.Layers[^1].Activation;
        if (activation.Name is "softmax" or "log_softmax" && activation.Equals(ActivationFunction.Create(activation.Name)))
        {
            bool isLog = activation.Name == "log_softmax";
            _parts.Add(isLog ? "LogSoftmax" : "Softmax");
            _formulas.Function<double>(FormulaOperation.Exp, isVector: false);
            if (isLog)
            {
                _formulas.Function<double>(FormulaOperation.LogP1, isVector: false);
            }

            return $"        {(isLog ? "LogSoftmax" : "Softmax")}(y);\n";
        }

        return _formulas.Activation<double>(activation, isVector: false) is { } name ? $"        for (int n = 0; n < y.Length; n++)\n        {{\n            y[n] = {name}(y[n]);\n        }}\n\n" : "";
    }

    private string One() => $"        Span<Real> p = Forward(scratch, 0);\n        for (int n = 0; n < y.Length; n++)\n        {{\n            y[n] = p[n];\n        }}\n\n{_output}";

    /// <summary>What the networks say together: their mean, rounded as the model's numbers are.</summary>
    private string Mean()
    {
        bool hasLogits = _network.HasLogits, isSoftmax = hasLogits && _network.Layers[^1].Activation.Name != "sigmoid";
        _parts.Add("Means");
        _formulas.Function<double>(FormulaOperation.Exp, isVector: false);
        _formulas.Function<double>(FormulaOperation.Log, isVector: false);
        var text = new StringBuilder();
        text.Append($"        for (int member = 0; member < EnsembleSize; member++)\n        {{\n            Span<Real> p = Forward(scratch, member);\n            Span<double> own = scratch.Members.AsSpan(member * OutputWidth, OutputWidth);\n            for (int n = 0; n < own.Length; n++)\n            {{\n                own[n] = p[n] / {CSharpText.Literal(_model.Ensemble.Temperature)};\n            }}\n");
        if (isSoftmax)
        {
            text.Append("\n            ToLogProbabilities(own);\n");
        }
        else if (!hasLogits && _formulas.Activation<double>(_network.Layers[^1].Activation, isVector: false) is { } name)
        {
            text.Append($"\n            for (int n = 0; n < own.Length; n++)\n            {{\n                own[n] = {name}(own[n]);\n            }}\n");
        }

        string mean = isSoftmax || (!hasLogits && _network.OutputMeaning == OutputMeaning.LogRate) ? "LogMean(scratch.Members.AsSpan(n), OutputWidth)"
            : hasLogits ? "MeanLogit(scratch.Members.AsSpan(n), scratch.Second)"
            : "Mean(scratch.Members.AsSpan(n))";
        text.Append($"        }}\n\n        for (int n = 0; n < y.Length; n++)\n        {{\n            y[n] = {mean};\n        }}\n\n");
        if (Deviates)
        {
            text.Append("        ToMixture(scratch.Members, y);\n");
        }

        text.Append("        for (int n = 0; n < y.Length; n++)\n        {\n            y[n] = (Real)y[n];\n        }\n\n");
        return text.Append(hasLogits ? _output : "").ToString();
    }

    /// <summary>What the model is, what it was trained on, and how it is called.</summary>
    private string Documentation(string call)
    {
        var text = new StringBuilder();
        string what = AreClasses ? $"The class {_target?.Names[0] ?? ""}".TrimEnd() : string.Join(", ", _model.TargetNames);
        text.Append($"/// <summary>{CSharpText.Comment(what)}, by {(_model.Members == 1 ? "a network" : string.Create(CultureInfo.InvariantCulture, $"{_model.Members} networks"))} {CSharpText.Comment(_network.ToString())}. The same bits as <c>backprop predict</c>.</summary>\n");
        text.Append("/// <remarks>\n");
        text.Append($"/// Loss {CSharpText.Comment(_network.Loss.ToString())}{(_model.Ensemble.Temperature == 1 ? "" : $", temperature {CSharpText.Literal(_model.Ensemble.Temperature)}")}.\n");
        foreach (string line in Training())
        {
            text.Append($"/// {CSharpText.Comment(line)}\n");
        }

        text.Append("/// </remarks>\n/// <example>\n/// <code>\n");
        text.Append($"/// var row = {call}.Row.Read(cells); // or new {call}.Row {{ … }}, a property for each column\n/// Span&lt;double&gt; outputs = stackalloc double[{call}.OutputCount];\n/// {call}.Predict(row, outputs);\n");
        text.Append(AreClasses ? $"/// string label = {call}.LabelOf(outputs);\n" : "");
        return text.Append("/// </code>\n/// </example>\n").ToString();
    }

    /// <summary>What the model file says about its training.</summary>
    private IEnumerable<string> Training()
    {
        if (_model.Training is null)
        {
            yield break;
        }

        List<string> said = [];
        try
        {
            using JsonDocument document = JsonDocument.Parse(_model.Training);
            JsonElement root = document.RootElement;
            if (root.ValueKind == JsonValueKind.Object && root.TryGetProperty("data", out JsonElement data) && root.TryGetProperty("rows", out JsonElement rows))
            {
                said.Add($"Trained on {rows} rows of {data}.");
            }

            if (root.ValueKind == JsonValueKind.Object && root.TryGetProperty("validation", out JsonElement validation) && validation.ValueKind == JsonValueKind.Object)
            {
                said.Add($"On rows that it was validated by: {string.Join(", ", validation.EnumerateObject().Where(one => one.Value.ValueKind == JsonValueKind.Number).Select(one => string.Create(CultureInfo.InvariantCulture, $"{one.Name} {one.Value.GetDouble():G6}")))}.");
            }
        }
        catch (JsonException)
        {
            // what was written by somebody else says nothing of it
        }

        foreach (string line in said)
        {
            yield return line;
        }
    }

    private static string Indented(string text, int by)
    {
        var indented = new StringBuilder();
        string[] lines = text.TrimEnd('\n').Split('\n');
        for (int n = 0; n < lines.Length; n++)
        {
            if (lines[n].Length == 0 && (n + 1 == lines.Length || lines[n + 1].Length == 0 || lines[n + 1].TrimStart() == "}"))
            {
                continue; // one empty line is enough, and none stands before a brace
            }

            indented.Append(lines[n].Length == 0 || lines[n][0] == '#' ? "" : new string(' ', by)).Append(lines[n]).Append('\n');
        }

        return indented.ToString();
    }
}
