using System.Globalization;
using System.Numerics;
using Backprop.Activations;
using Backprop.Inputs;
using Backprop.Losses;
using Backprop.ModelFiles;
using Backprop.Networks;
using Backprop.Tables;
using Backprop.Tables.Models;
using Backprop.Tests.Fixtures;
using Backprop.Tests.Oracles;

namespace Backprop.Interchange.Tests.CSharp;

/// <summary>Random networks as C#: each number has the bits that predict gives it.</summary>
public sealed class NetworkTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("backprop-csharp").FullName;

    private const int Rows = 9;

    /// <summary>How many are drawn: compilers take their time, so the long suite asks for more.</summary>
    private static readonly int s_count = int.Parse(Environment.GetEnvironmentVariable("BACKPROP_DRAWN_MODELS") ?? "14", CultureInfo.InvariantCulture);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void RandomNetworksHaveTheSameBits()
    {
        TabularModel[] models = [.. Enumerable.Range(0, s_count).Select(seed => seed % 4 == 3 ? Drawn<double>(seed) : Drawn<float>(seed))];
        foreach (Target target in Enum.GetValues<Target>())
        {
            IReadOnlyList<GeneratedModel> generated = GeneratedModel.Of(models[..(target == Target.Current ? s_count : Math.Max(1, s_count * 2 / 5))], target);
            for (int n = 0; n < generated.Count; n++)
            {
                Same(generated[n], models[n], new Random(n));
            }
        }
    }

    [Fact]
    public void EveryActivationHasTheSameBits()
    {
        string[] names = [.. BuiltIn.Activations.Where(name => name is not ("softmax" or "log_softmax"))];
        TabularModel[] models = [.. names.Select(Alone<float>), .. names.Select(Alone<double>)];
        double[] points = [.. Enumerable.Range(-400, 801).Select(n => n * 0.37), 0, -0.0, 1e-30, -1e-30, 1e-9, 5e-39, -5e-39, 1e30, -1e30, 88.7, -87.3, 709.5, -708.4, 3.3e38, -3.3e38];
        foreach (Target target in Enum.GetValues<Target>())
        {
            IReadOnlyList<GeneratedModel> generated = GeneratedModel.Of(models, target);
            for (int n = 0; n < models.Length; n++)
            {
                double[] expected = [.. models[n].PredictAll([.. points.Select(point => new[] { point })]).Select(one => one.Value)];
                Bits(expected, generated[n].PredictNumbers(points), $"{models[n].Definition} {target}");
            }
        }
    }

    /// <summary>An activation of the user's own, written once over elements.</summary>
    private readonly struct Bump : IActivation
    {
        public string Name => "bump&<b>";

        public T Value<T>(T p) where T : unmanaged, Kernels.IElement<T> => T.Exp(-(p * p)) + T.Max(T.Cos(p), T.Create(double.NegativeInfinity)) * T.Sign(p);

        public T Derivative<T>(T p, T x) where T : unmanaged, Kernels.IElement<T> => x;
    }

    [Fact]
    public void AnActivationOfOnesOwnIsWrittenToo()
    {
        ActivationFunction bump = ActivationFunction.From(new Bump());
        var network = new Network<float>(new NetworkDefinition(3, [new LayerDefinition(21, bump), new LayerDefinition(2, ActivationFunction.Create("identity"))]), Initializer.Parse("pytorch"), 5);
        ActivationFunction.Register(bump);
        Same(Model(new Ensemble<float>(network)), new Random(1));
    }

    /// <summary>Two whose names are one where words have capitals.</summary>
    private readonly struct Named(string name, double factor) : IActivation
    {
        public string Name => name;

        public T Value<T>(T p) where T : unmanaged, Kernels.IElement<T> => T.Max(p * T.Create(factor), p);

        public T Derivative<T>(T p, T x) where T : unmanaged, Kernels.IElement<T> => x;
    }

    /// <summary>A minus before constants of either sign.</summary>
    private readonly struct Negated : IActivation
    {
        public string Name => "negated";

        public T Value<T>(T p) where T : unmanaged, Kernels.IElement<T> => (p * -T.Create(-2)) - (-T.Create(-0.0) + -T.Create(3)) * -p;

        public T Derivative<T>(T p, T x) where T : unmanaged, Kernels.IElement<T> => x;
    }

    [Fact]
    public void NamesThatBecomeOneAndConstantsBelowZeroAreWrittenToo()
    {
        ActivationFunction[] own = [ActivationFunction.From(new Named("my_act", 0.25)), ActivationFunction.From(new Named("myAct", 0.75)), ActivationFunction.From(new Negated())];
        foreach (ActivationFunction activation in own)
        {
            ActivationFunction.Register(activation);
        }

        var network = new Network<float>(new NetworkDefinition(3, [.. own.Select(activation => new LayerDefinition(21, activation)), new LayerDefinition(2, ActivationFunction.Create("identity"))]), Initializer.Parse("pytorch"), 5);
        Same(Model(new Ensemble<float>(network)), new Random(1));
    }

    [Fact]
    public void NoNamespaceHidesWhatTheSourceUses()
    {
        TabularModel[] models = [Drawn<float>(2), Drawn<double>(3)];
        string[] spaces = ["System", "System.Buffers", "System.Collections.Generic", "System.Globalization", "System.IO", "System.Numerics", "System.Runtime.CompilerServices", "System.Runtime.InteropServices", "System.Text"];
        string[] types = [.. new[] { typeof(object), typeof(Console), typeof(System.Runtime.InteropServices.CollectionsMarshal), typeof(Vector) }.Select(type => type.Assembly).Distinct().SelectMany(assembly => assembly.GetExportedTypes())
            .Where(type => spaces.Contains(type.Namespace)).Select(type => type.Name.Split('`')[0]).Select(name => name.EndsWith("Attribute", StringComparison.Ordinal) ? name[..^9] : name).Where(name => name.Length > 0).Distinct(StringComparer.Ordinal)];
        (int refused, int compiled) = (0, 0);
        foreach (TabularModel model in models)
        {
            string source = Interchange.CSharp.CSharpExport.Source(model, new() { HasMain = true });
            foreach (string word in types.Append("System").Append("Real").Where(word => Interchange.CSharp.CSharpCode.HasWord(source, word)))
            {
                foreach (string space in new[] { $"Garden.{word}", $"{word}.Garden" })
                {
                    try
                    {
                        GeneratedModel.Compile([Interchange.CSharp.CSharpExport.Source(model, new() { HasMain = true, Namespace = space })], Target.Current, isProgram: true);
                        compiled++;
                    }
                    catch (UsageException error)
                    {
                        Assert.Contains($"'{word}'", error.Message, StringComparison.Ordinal);
                        refused++;
                    }
                }
            }
        }

        Assert.True(refused > 20 && compiled > 3, $"{refused} refused, {compiled} compiled");
    }

    [Fact]
    public void AFileCalledSystemIsAnotherClass()
    {
        string path = Path.Combine(_folder, "system.cs");
        var notes = new Notes();
        Interchange.CSharp.CSharpExport.Write(Drawn<float>(1), path, notes: notes);
        string source = File.ReadAllText(path);
        Assert.Contains("public static class SystemModel", source, StringComparison.Ordinal);
        Assert.Contains(notes.All, note => note.Message.Contains("SystemModel", StringComparison.Ordinal));
        GeneratedModel.Compile([source], Target.Current);
        foreach (string name in new[] { "System", "record", "required", "file", "scoped", "class", "Real" })
        {
            Assert.Contains($"'{name}'", Assert.Throws<UsageException>(() => Interchange.CSharp.CSharpExport.Source(Drawn<float>(1), new() { Class = name })).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void OneThatIsCodeAloneIsRefusedByName()
    {
        ActivationFunction own = ActivationFunction.Custom("cube", p => p * p * p, p => 3 * p * p);
        ActivationFunction.Register(own);
        TabularModel model = Model(new Ensemble<float>(new Network<float>(new NetworkDefinition(2, [new LayerDefinition(3, own), new LayerDefinition(1, ActivationFunction.Create("identity"))]))));
        string path = Path.Combine(_folder, "Own.cs");
        Assert.Contains("'cube'", Assert.Throws<ModelException>(() => Interchange.CSharp.CSharpExport.Write(model, path)).Message, StringComparison.Ordinal);
        Assert.False(File.Exists(path));
    }

    [Theory]
    [InlineData(Target.Current)]
    [InlineData(Target.Standard)]
    public void WeightsOfMoreThanAMegabyteAreAnArray(Target target)
    {
        TabularModel model = Model(new Ensemble<float>(new Network<float>(NetworkDefinition.Parse("40-500:relu-520:tanh-3:softmax"), Initializer.Parse("pytorch"), 3)));
        var notes = new Notes();
        GeneratedModel generated = GeneratedModel.Of(model, target, notes);
        Assert.Contains("s_weights", generated.Source, StringComparison.Ordinal);
        Assert.Contains(notes.All, note => note.Message.Contains("array", StringComparison.Ordinal));
        Same(generated, model, new Random(2));
    }

    [Fact]
    public void MoreThanCompilersTakeIsRefused()
    {
        TabularModel model = Model(new Ensemble<float>(new Network<float>(NetworkDefinition.Parse("3000-3000:relu-1:sigmoid"))));
        Assert.Contains("36,", Assert.Throws<ModelException>(() => Interchange.CSharp.CSharpExport.Source(model)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ACodeThatIsNoneIsRefusedAsInPredict()
    {
        var network = new Network<float>(new NetworkDefinition(new InputDefinition(1, [new CodeEmbedding(3, 2)]), [new LayerDefinition(2, ActivationFunction.Create("identity"))]), Initializer.Parse("pytorch"), 1);
        GeneratedModel generated = GeneratedModel.Of(Model(new Ensemble<float>(network)), Target.Current);
        foreach (double code in new[] { -1, 3, 0.5 })
        {
            Assert.Throws<DataException>(() => Model(new Ensemble<float>(network)).PredictAll([[0.5, code]]));
            Assert.Contains("0 to 2", Assert.Throws<ArgumentException>(() => generated.PredictNumbers([0.5, code])).Message, StringComparison.Ordinal);
        }
    }

    /// <summary>f of f of a number, and f of a sum of nineteen: as many as leave some over beside vectors.</summary>
    private TabularModel Alone<T>(string activation) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var f = ActivationFunction.Create(activation);
        var network = new Network<T>(new NetworkDefinition(1, [new LayerDefinition(1, f), new LayerDefinition(1, ActivationFunction.Create("identity")), new LayerDefinition(19, f), new LayerDefinition(1, f)], Loss.Create("mean_squared_error")));
        foreach (DenseLayer<T> layer in network.Layers)
        {
            layer.SetWeights([.. Enumerable.Repeat(T.One, layer.Inputs * layer.Outputs)]);
        }

        network.Layers[3].SetWeights([.. Enumerable.Range(0, 19).Select(n => T.CreateTruncating(n - 9))]);
        return Model(new Ensemble<T>(network));
    }

    private TabularModel Drawn<T>(int seed) where T : unmanaged, IBinaryFloatingPointIeee754<T> => Model(Draw<T>(new Random(seed)));

    private static void Same(TabularModel model, Random random)
    {
        foreach (Target target in Enum.GetValues<Target>())
        {
            Same(GeneratedModel.Of(model, target), model, random);
        }
    }

    private static void Same(GeneratedModel generated, TabularModel model, Random random)
    {
        int numbers = model.Definition.Input?.Numbers ?? model.Definition.Inputs;
        double[][] features = [.. Enumerable.Range(0, Rows).Select(_ => Enumerable.Range(0, model.Definition.Inputs).Select(column => column < numbers ? (4 * random.NextDouble()) - 2 : random.Next(4)).ToArray())];
        Predictions predictions = model.PredictAll(features);
        bool areClasses = model.Labels.Count > 0, deviates = model.Definition.OutputMeaning == OutputMeaning.MeanAndLogVariance;
        int columns = areClasses ? model.Labels.Count : model.Definition.ValueCount * (deviates ? 2 : 1);
        double[] expected = [.. Enumerable.Range(0, Rows).SelectMany(row => Enumerable.Range(0, columns).Select(column => predictions.NumbersOf(column)[row]))];
        double[] found = generated.PredictNumbers([.. features.SelectMany(row => row)]);
        Bits(expected, found, model.Definition.ToString());
        string[][] cells = [.. features.Select(row => Array.ConvertAll(row, value => value.ToString("R", System.Globalization.CultureInfo.InvariantCulture)))];
        Assert.Equal(found, generated.Predict(cells));
        Assert.Equal(0, generated.Allocated(cells[0]));
        if (areClasses)
        {
            Assert.Equal(model.Labels, generated.Labels);
            Assert.Equal(predictions.Select(row => row.Label), cells.Select(generated.Label));
        }
    }

    /// <summary>Bit for bit, but for which NaN a NaN is.</summary>
    internal static void Bits(IReadOnlyList<double> expected, IReadOnlyList<double> found, string what)
    {
        Assert.Equal(expected.Count, found.Count);
        for (int n = 0; n < expected.Count; n++)
        {
            bool areSame = BitConverter.DoubleToInt64Bits(expected[n]) == BitConverter.DoubleToInt64Bits(found[n]) || (double.IsNaN(expected[n]) && double.IsNaN(found[n]));
            Assert.True(areSame, $"{what}, number {n}: {found[n]:R} found, {expected[n]:R} expected");
        }
    }

    private TabularModel Model<T>(Ensemble<T> ensemble) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        string path = Path.Combine(_folder, $"{Guid.NewGuid():N}.safetensors");
        new ModelFile<T>(ensemble, null, null).Write(path);
        return TabularModel.Load(path);
    }

    private static Ensemble<T> Draw<T>(Random random) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int numbers = random.Next(1, 6), codes = random.Next(3) == 0 ? random.Next(1, 3) : 0;
        InputDefinition? input = codes == 0 && random.Next(3) > 0 ? null : new(numbers, [.. Enumerable.Range(0, codes).Select(_ => new CodeEmbedding(4, random.Next(1, 4)))], random.Next(2) == 0, random.Next(2) == 0 ? new PeriodicEmbedding(random.Next(2, 11), random.Next(2, 9)) : null);
        int width = random.Next(2, 45);
        string[] activations = [.. BuiltIn.Activations.Where(name => name is not ("exponential" or "softmax" or "log_softmax"))];
        LayerDefinition[] hidden = [.. Enumerable.Range(0, random.Next(8)).Select(layer => new LayerDefinition(width, ActivationFunction.Create(activations[random.Next(activations.Length)]), DrawnModels.Parts(layer, random)))];
        (string activation, int outputs, string loss) = random.Next(9) switch
        {
            0 => ("softmax", 2, "cross_entropy"),
            1 => ("softmax", 40, "cross_entropy"),
            2 => ("log_softmax", 3, "cross_entropy"),
            3 => ("sigmoid", 3, "binary_cross_entropy"),
            4 => ("identity", 1, "poisson"),
            5 => ("identity", 4, "gaussian_nll"),
            6 => ("identity", 3, "hinge"),
            7 => ("tanh", 2, "mean_squared_error"),
            _ => ("identity", 1, "quantile:0.9"),
        };
        LayerDefinition[] layers = [.. hidden, new(outputs, ActivationFunction.Create(activation))];
        NetworkDefinition network = input is null ? new(numbers, layers, Loss.Parse(loss)) : new(input, layers, Loss.Parse(loss));
        Network<T>[] members = [.. Enumerable.Range(0, random.Next(3) == 0 ? random.Next(2, 5) : 1).Select(_ => DrawnModels.Numbers<T>(network, random))];
        return new Ensemble<T>(members, network.HasLogits && random.Next(2) == 0 ? 1.7 : 1);
    }
}
