using System.Globalization;
using System.IO.Compression;
using Backprop.Activations;
using Backprop.Interchange.NumPy;
using Backprop.Losses;
using Backprop.ModelFiles;
using Backprop.Networks;
using Backprop.Tables;
using Backprop.Tables.Models;
using Backprop.Tables.Schemas;
using Backprop.Tests.Fixtures;
using Backprop.Tests.Oracles;

namespace Backprop.Interchange.Tests.NumPy;

/// <summary>Models as NumPy's arrays: there and back with the same bits, and scikit-learn's with its predictions.</summary>
public sealed class NumPyTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("backprop-numpy").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(0, "softmax", 3, "cross_entropy:0.1")]
    [InlineData(1, "identity", 2, "mean_squared_error")]
    [InlineData(2, "sigmoid", 1, "binary_cross_entropy")]
    [InlineData(3, "sigmoid", 4, "binary_cross_entropy")]
    [InlineData(4, "identity", 4, "gaussian_nll")]
    [InlineData(5, "log_softmax", 3, "cross_entropy")]
    public void ModelsComeBackWithTheSameBits(int seed, string output, int outputs, string loss)
    {
        LayerDefinition[] hidden = [.. DrawnModels.Activations.Skip(3 * seed).Take(4).Select((name, n) => new LayerDefinition(3 + n, ActivationFunction.Create(name, name is "elu" ? 0.3 : null)))];
        var definition = new NetworkDefinition(4, [.. hidden, new(outputs, ActivationFunction.Create(output))], Loss.Parse(loss));
        Network<float> network = DrawnModels.Numbers<float>(definition, new(seed));
        bool isClass = definition.OutputMeaning.IsProbability() && outputs != 4;
        string[] names = isClass ? ["kind"] : [.. Enumerable.Range(0, definition.ValueCount).Select(n => $"y{n}")];
        TargetColumns target = isClass ? new(names, TargetKind.Class, ["a", "ß", "日本"], null, null) : new(names, outputs == 4 && output == "sigmoid" ? TargetKind.Flags : TargetKind.Values);
        target = isClass && outputs == 1 ? target with { Labels = ["no", "yes"] } : target.Kind == TargetKind.Values ? target with { Means = [1, 2], Scales = [0.1, 3] } : target;
        var schema = new TableSchema([.. Enumerable.Range(0, 4).Select(n => new FeatureColumn($"x {n}", FeatureKind.Numeric, n / 3.0, 1 + (n / 7.0)))], target);
        new Ensemble<float>(network).Write(At("m.safetensors"), SchemaJson.Write(schema));
        var model = TabularModel.Load(At("m.safetensors"));
        var notes = new Notes();
        NumPyExport.Write(model, At("m.npz"), notes: notes);
        string[] logarithms = (loss, output) switch
        {
            ("gaussian_nll", _) => ["of what the arrays give, the second half of the outputs, v, are logarithms of variances: exp(v / 2) are the deviations; target_mean_ and target_scale_ are of the means, and the deviations · target_scale_ are in their own units"],
            (_, "log_softmax") => ["of what the arrays give, the outputs y are logarithms: exp(y) are the probabilities"],
            _ => [],
        };
        Assert.Equal(logarithms, notes.All.Select(note => note.Message));

        notes = new Notes();
        ModelFile<float> back = NumPyImport.Read(At("m.npz"), null, notes);
        Assert.Empty(notes.All);
        Assert.Equal(definition, back.Network.Definition);
        Assert.All(network.Blocks.Zip(back.Network.Blocks), pair => Assert.Equal(pair.First.Get(), pair.Second.Get()));
        Assert.Equal(SchemaJson.Write(schema), back.Schema);

        NumPyExport.Write(model, At("bare.npz"), bare: true);
        ModelFile<float> bare = NumPyImport.Read(At("bare.npz"));
        Assert.Null(bare.Schema);
        Assert.Equal(definition, bare.Network.Definition);
    }

    [Fact]
    public void ClassifiersOfScikitLearnPredictTheSame()
    {
        Python.Require("sklearn", "python3-sklearn");
        string output = Python.Run(_folder, """
            import numpy as np, warnings
            from sklearn.datasets import load_iris, load_digits, make_multilabel_classification
            from sklearn.neural_network import MLPClassifier, MLPRegressor
            from sklearn.preprocessing import StandardScaler
            warnings.simplefilter("ignore")

            def save(name, m, **more):
                np.savez(name, **{f"coefs_{i}": w for i, w in enumerate(m.coefs_)}, **{f"intercepts_{i}": b for i, b in enumerate(m.intercepts_)},
                         activation=m.activation, out_activation_=m.out_activation_, **more)

            def tell(name, X, y):
                np.savetxt(name + ".csv", X, delimiter=",", header=",".join(f"x{i}" for i in range(X.shape[1])), comments="", fmt="%r")
                print(name, *map(repr, np.asarray(y, float).ravel().tolist()))

            X, y = load_iris(return_X_y=True)
            names = np.array(["setosa", "versicolor", "virginica"])
            s = StandardScaler().fit(X)
            m = MLPClassifier((7, 5), activation="tanh", max_iter=60, random_state=1).fit(s.transform(X), names[y])
            save("three", m, classes_=m.classes_, mean_=s.mean_, scale_=s.scale_)
            tell("three", X, m.predict_proba(s.transform(X)))
            m = MLPClassifier((6,), activation="logistic", max_iter=60, random_state=1).fit(X, y > 0)
            save("two", m, classes_=m.classes_.astype(str)); tell("two", X, m.predict_proba(X)[:, 1])
            m = MLPClassifier((6,), activation="relu", max_iter=60, random_state=1).fit(X, y * 5.0)
            save("numbers", m, classes_=m.classes_, loss=m.loss); tell("numbers", X, m.predict_proba(X))
            m = MLPRegressor((6, 6), activation="identity", max_iter=60, random_state=1).fit(X[:, :3], X[:, 3])
            save("value", m); tell("value", X[:, :3], m.predict(X[:, :3]))
            A, B = make_multilabel_classification(80, 5, n_classes=3, random_state=1)
            m = MLPClassifier((6,), max_iter=60, random_state=1).fit(A, B)
            save("flags", m, classes_=m.classes_); tell("flags", A, m.predict_proba(A))
            """);
        string[] lines = output.TrimEnd().Split('\n');
        Assert.Equal(5, lines.Length);
        foreach (string line in lines)
        {
            (string name, double[] expected) = (line.Split(' ')[0], DrawnModels.Parse(line[line.IndexOf(' ', StringComparison.Ordinal)..]));
            NumPyImport.Read(At($"{name}.npz")).Write(At("m.safetensors"));
            TabularModel<float> model = TabularModel.Load(At("m.safetensors")).As<float>();
            string[][] cells = [.. File.ReadLines(At($"{name}.csv")).Skip(1).Select(row => row.Split(','))];
            double[][] rows = [.. cells.Select(row => Array.ConvertAll(row, cell => double.Parse(cell, CultureInfo.InvariantCulture)))];
            Prediction[] predictions = [.. model.PredictAll(At($"{name}.csv"))];
            IEnumerable<double> found = name switch
            {
                "three" or "numbers" => predictions.SelectMany(row => model.Labels.Select(label => row.Probabilities[label])),
                "two" => predictions.Select(row => row.Probabilities["True"]),
                "value" => predictions.Select(row => row.Value),
                _ => predictions.SelectMany(row => row.Values),
            };
            double worst = DrawnModels.Worst(found, expected, name == "value" ? 1 : 1e-3);
            Assert.True(worst <= 1e-5, string.Create(CultureInfo.InvariantCulture, $"{name}: {worst:G3}"));
            Assert.Equal(rows.Length, predictions.Length);
            string[] labels = name switch { "three" => ["setosa", "versicolor", "virginica"], "numbers" => ["0", "5", "10"], "two" => ["False", "True"], _ => [] };
            Assert.Equal(labels, model.Labels);
        }
    }

    [Fact]
    public void OursAreLayersInNumPy()
    {
        Python.Require("numpy", "python3-numpy");
        new Ensemble<double>(DrawnModels.Numbers<double>(NetworkDefinition.Parse("3-4:relu-2:tanh"), new(5))).Write(At("m.safetensors"));
        NumPyExport.Write(TabularModel.Load(At("m.safetensors")), At("m.npz"));
        string output = Python.Run(_folder, """
            import numpy as np
            a = np.load("m.npz")
            x = np.array([[.1, -.2, .3]])
            print(*map(repr, np.tanh(np.maximum(x @ a["coefs_0"] + a["intercepts_0"], 0) @ a["coefs_1"] + a["intercepts_1"]).ravel().tolist()))
            print(a["activation"].item(), a["out_activation_"].item(), a["loss"].item(), *a["activations"], a["coefs_0"].dtype, a["coefs_0"].shape)
            """);
        string[] lines = output.TrimEnd().Split('\n');
        TabularModel<double> model = TabularModel.Load(At("m.safetensors")).As<double>();
        Assert.InRange(DrawnModels.Worst(DrawnModels.Parse(lines[0]), model.Ensemble.Predict([.1, -.2, .3]), 1), 0, 1e-13);
        Assert.Equal("relu tanh mean_squared_error relu tanh float64 (3, 4)", lines[1]);
    }

    [Theory]
    [InlineData("4-5:relu,layer_norm-2:softmax", "layer_norm of layer 1", false)]
    [InlineData("4-4:relu,residual-2:softmax", "residual of layer 1", false)]
    [InlineData("4-5:relu,batch_norm-2:softmax", "batch_norm of layer 1", true)]
    [InlineData("scale", "the learned scale", true)]
    [InlineData("temperature", "the temperature 1.7", true)]
    [InlineData("periodic", "the periodic embedding", false)]
    [InlineData("codes", "the embeddings", false)]
    [InlineData("members", "an ensemble of 2", false)]
    public void WhatDenseLayersCannotCarryIsRefusedByName(string network, string message, bool canBeAllowed)
    {
        NetworkDefinition definition = network switch
        {
            "scale" => new(new Inputs.InputDefinition(4, [], Scale: true), [new(2, ActivationFunction.Create("softmax"))]),
            "periodic" => new(new Inputs.InputDefinition(4, [], Periodic: new(2, 2)), [new(2, ActivationFunction.Create("softmax"))]),
            "codes" => new(new Inputs.InputDefinition(4, [new(4, 2)]), [new(2, ActivationFunction.Create("softmax"))]),
            "temperature" or "members" => NetworkDefinition.Parse("4-2:softmax"),
            _ => NetworkDefinition.Parse(network),
        };
        var random = new Random(1);
        var ensemble = new Ensemble<float>(Enumerable.Range(0, network == "members" ? 2 : 1).Select(_ => DrawnModels.Numbers<float>(definition, random)), network == "temperature" ? 1.7 : 1);
        ensemble.Write(At("m.safetensors"));
        var model = TabularModel.Load(At("m.safetensors"));
        ModelException error = Assert.Throws<ModelException>(() => NumPyExport.Write(model, At("m.npz")));
        Assert.Contains(message, error.Message);
        Assert.Equal(canBeAllowed, error.Settings.Contains("AllowLoss"));
        Assert.False(File.Exists(At("m.npz")));
        if (!canBeAllowed)
        {
            Assert.Throws<ModelException>(() => NumPyExport.Write(model, At("m.npz"), allowLoss: true));
            return;
        }

        var notes = new Notes();
        NumPyExport.Write(model, At("m.npz"), allowLoss: true, notes: notes);
        Assert.Contains(notes.All, note => note.IsLoss && note.Message.Contains(message, StringComparison.Ordinal));
        float[] rows = DrawnModels.Rows<float>(definition, 9, 3), expected = (network == "temperature" ? new Ensemble<float>(ensemble.Members[0]) : ensemble).Predict(rows);
        Assert.InRange(DrawnModels.Worst(NumPyImport.Read(At("m.npz")).Ensemble.Predict(rows).Select(y => (double)y), expected.Select(y => (double)y), 1e-3), 0, 1e-5);
    }

    [Fact]
    public void WhatBecomesOfColumnsIsSaid()
    {
        FeatureColumn a = new("a", FeatureKind.Numeric, 1, 2, Imputed: 5), b = new("b", FeatureKind.Categorical, Categories: ["x", "z"]);
        Assert.Contains("as of 'b'", Said(new([a, b], new(["y"], TargetKind.Class, ["n", "p"])), 3));
        var notes = new Notes();
        Assert.Null(NumPyImport.Read(At("m.npz"), null, notes).Schema);
        Assert.Contains(notes.All, note => note.IsLoss && note.Message.Contains("feature_names", StringComparison.Ordinal));
    }

    [Fact]
    public void ExposuresNeedTheirColumn()
    {
        var network = new Network<float>(NetworkDefinition.Parse("1-1:identity", Loss.Parse("poisson:1")));
        var schema = new TableSchema([new FeatureColumn("a", FeatureKind.Numeric)], new(["claims"], TargetKind.Values)) { Offset = "years" };
        new Ensemble<float>(network).Write(At("m.safetensors"), SchemaJson.Write(schema));
        var model = TabularModel.Load(At("m.safetensors"));
        Assert.Contains("the exposures 'years' cannot be carried", Assert.Throws<ModelException>(() => NumPyExport.Write(model, At("m.npz"), allowLoss: true)).Message);
        var notes = new Notes();
        Backprop.Interchange.PyTorch.PyTorchExport.Write(model, At("m.safetensors"), At("m.py"), notes: notes);
        Assert.Contains(notes.All, note => note.Message.Contains("one unit of 'years'", StringComparison.Ordinal));
        NumPyExport.Write(model, At("m.npz"), bare: true);
        Assert.Equal(network.Definition, NumPyImport.Read(At("m.npz")).Network.Definition);
    }

    [Theory]
    [InlineData("coefs_1=np.zeros((5, 2))", "array 'intercepts_1'")]
    [InlineData("coefs_0=np.zeros(5)", "array 'coefs_0': shape [5] found, [In, Out] expected")]
    [InlineData("intercepts_0=np.zeros(3)", "'intercepts_0': shape [3] found, [2] expected of layers.1.bias")]
    [InlineData("activation='relux'", "array 'activation': 'relux' found, identity, logistic, tanh, relu, softmax expected")]
    [InlineData("classes_=np.array(['a', 'b', 'c'])", "array 'classes_': 3 classes found, 2 expected")]
    [InlineData("classes_=np.array(['a', 'b'], dtype=object)", ".astype(str)")]
    [InlineData("feature_names_in_=np.array(['a'])", "array 'feature_names_in_': 1 names found, 4 expected")]
    [InlineData("feature_names_in_=np.array(['a', 'a', 'b', 'c'])", "m.npz', array 'feature_names_in_': 'a' names a column twice")]
    [InlineData("classes_=np.array(['a', 'a'])", "m.npz', array 'classes_': 'a' names a class twice")]
    [InlineData("classes_=np.array([1, 1])", "m.npz', array 'classes_': '1' names a class twice")]
    [InlineData("scale_=np.array([1, 0, 1, 1.0])", "m.npz', array 'scale_', element 1: 0 found, a scale above 0 expected")]
    [InlineData("coefs_2=np.zeros((2, 2)), intercepts_2=np.zeros(2)", "m.npz': no array 'coefs_1' found before 'coefs_2'")]
    [InlineData("intercepts_1=np.zeros(2)", "m.npz': no array 'coefs_1' found before 'intercepts_1'")]
    [InlineData("mean_=np.zeros(3)", "array 'mean_': 3 numbers found, 4 finite ones expected")]
    [InlineData("intercepts_0=np.array([np.nan, 0])", "tensor 'intercepts_0', element 0: NaN found")]
    [InlineData("activations=np.array(['relu', 'relu'])", "2 activations for 1 layers found")]
    public void WhatDoesNotFitIsNamed(string change, params string[] messages)
    {
        Python.Require("numpy", "python3-numpy");
        Python.Run(_folder, $"""
            import numpy as np
            np.savez("m.npz", **(dict(coefs_0=np.zeros((4, 2)), intercepts_0=np.zeros(2), activation="relu", out_activation_="softmax") | dict({change})))
            """);
        string found = Assert.Throws<ModelException>(() => NumPyImport.Read(At("m.npz"))).Message;
        Assert.All(messages, message => Assert.Contains(message, found));
    }

    /// <summary>The sign of one weight, in a file that is a zip and an array all the same.</summary>
    [Fact]
    public void DamageIsFound()
    {
        Network<double> network = DrawnModels.Numbers<double>(NetworkDefinition.Parse("3-4:relu-2:tanh"), new(5));
        new Ensemble<double>(network).Write(At("m.safetensors"));
        NumPyExport.Write(TabularModel.Load(At("m.safetensors")), At("m.npz"));
        byte[] bytes = File.ReadAllBytes(At("m.npz"));
        int at = bytes.AsSpan().IndexOf(BitConverter.GetBytes(network.Layers[1].GetWeights()[2]));
        Assert.True(at > 0);
        bytes[at + 7] ^= 0x80;
        File.WriteAllBytes(At("m.npz"), bytes);
        Assert.Matches("m.npz', 'coefs_1.npy' is damaged: the checksum [0-9a-f]{8} found, [0-9a-f]{8} expected", Assert.Throws<DataException>(() => NumPyImport.Read(At("m.npz"))).Message);
    }

    [Fact]
    public void WithoutActivationsTheNetworkIsAskedFor()
    {
        Python.Require("numpy", "python3-numpy");
        Python.Run(_folder, """
            import numpy as np
            np.savez("m.npz", coefs_0=np.ones((4, 3)), intercepts_0=np.zeros(3), coefs_1=np.ones((3, 1)), intercepts_1=np.zeros(1), n_iter_=7)
            """);
        Assert.Equal(["Network = 4-3:relu-1:identity"], Assert.Throws<UsageException>(() => NumPyImport.Read(At("m.npz"))).Settings);
        var notes = new Notes();
        Assert.Equal("4-3:tanh-1:sigmoid", NumPyImport.Read(At("m.npz"), NetworkDefinition.Parse("4-3:tanh-1:sigmoid"), notes).Network.Definition.ToString());
        Assert.Contains(notes.All, note => note.IsLoss && note.Message.Contains("n_iter_", StringComparison.Ordinal));
    }

    /// <summary>What decides a label of a row with gaps comes back with the arrays, and NumPy decides the same by them.</summary>
    [Theory]
    [InlineData("1:sigmoid", 1)]
    [InlineData("2:softmax", 1)]
    [InlineData("2:log_softmax", 1)]
    [InlineData("2:sigmoid", 2)]
    [InlineData("3:sigmoid", 3)]
    public void GapsAndThresholdsAreCarried(string output, int thresholds)
    {
        bool areFlags = thresholds > 1;
        TargetColumns target = (areFlags ? new([.. Enumerable.Range(0, thresholds).Select(n => $"f{n}")], TargetKind.Flags) : new TargetColumns(["y"], TargetKind.Class, ["n", "p"])) with { Thresholds = [.. new[] { 0.37, 0.6, 0.2 }.Take(thresholds)] };
        var schema = new TableSchema([new FeatureColumn("a", FeatureKind.Numeric, 1, 2, Imputed: 5), new FeatureColumn("b", FeatureKind.Numeric, -1, 3)], target);
        new Ensemble<float>(DrawnModels.Numbers<float>(NetworkDefinition.Parse($"2-3:tanh-{output}"), new(3))).Write(At("m.safetensors"), SchemaJson.Write(schema));
        var notes = new Notes();
        NumPyExport.Write(TabularModel.Load(At("m.safetensors")), At("m.npz"), notes: notes);
        Assert.DoesNotContain(notes.All, note => note.IsLoss);
        ModelFile<float> back = NumPyImport.Read(At("m.npz"), null, notes);
        Assert.Equal(SchemaJson.Write(schema), back.Schema);
        Assert.DoesNotContain(notes.All, note => note.IsLoss);

        Python.Require("numpy", "python3-numpy");
        Assert.Equal(FormattableString.Invariant($"5.0 nan {string.Join(' ', target.Thresholds!.Select(value => value.ToString(CultureInfo.InvariantCulture)))}"),
            Python.Run(_folder, "import numpy as np; a = np.load('m.npz'); print(*a['statistics_'].tolist(), *a['thresholds'].tolist())").TrimEnd());
    }

    /// <summary>Of a file in which only the targets' arrays are left, values are in their own units all the same; where its network takes features, that they are not is said.</summary>
    [Fact]
    public void StandardisedTargetsAreTurnedBackOrTold()
    {
        var schema = new TableSchema([new FeatureColumn("a", FeatureKind.Numeric), new FeatureColumn("b", FeatureKind.Numeric)], new(["cost"], TargetKind.Values, null, [100], [25]));
        Network<float> network = DrawnModels.Numbers<float>(NetworkDefinition.Parse("2-3:tanh-1:identity"), new(4));
        var ensemble = new Ensemble<float>(network);
        ensemble.Write(At("m.safetensors"), SchemaJson.Write(schema));
        NumPyExport.Write(TabularModel.Load(At("m.safetensors")), At("m.npz"));
        Drop("feature_names_in_", "mean_", "scale_");
        double[][] rows = [[0.3, -1.5], [2, 0.25]];
        double[] expected = [.. rows.Select(row => (25.0 * ensemble.Predict([(float)row[0], (float)row[1]])[0]) + 100)];
        foreach (string name in new[] { "cost", "y" })
        {
            NumPyImport.Read(At("m.npz")).Write(At("back.safetensors"));
            var back = TabularModel.Load(At("back.safetensors"));
            Assert.Equal([name], back.TargetNames);
            Assert.InRange(DrawnModels.Worst(back.PredictAll(rows).Select(row => row.Value), expected, 1), 0, 1e-6);
            Drop("target_names");
        }

        FeatureColumn gap = new("a", FeatureKind.Numeric, 0, 1, 3, FlagsMissing: true);
        new Ensemble<float>(network).Write(At("m.safetensors"), SchemaJson.Write(schema with { Columns = [gap], Target = schema.Target with { Thresholds = null } }));
        NumPyExport.Write(TabularModel.Load(At("m.safetensors")), At("m.npz"));
        var notes = new Notes();
        Assert.Null(NumPyImport.Read(At("m.npz"), null, notes).Schema);
        Assert.Contains(notes.All, note => note.IsLoss && note.Message.Contains("standardised as in training: y · target_scale_ + target_mean_", StringComparison.Ordinal));
        Assert.Contains(notes.All, note => note.IsLoss && note.Message.Contains("left out: target_mean_, target_scale_, target_names", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("-999", "none")]
    [InlineData]
    public void WhatStoodForAMissingCellIsCarried(params string[] missing)
    {
        var schema = new TableSchema([new FeatureColumn("a", FeatureKind.Numeric, 1, 2, Imputed: 5), new FeatureColumn("b", FeatureKind.Numeric, -1, 3, Imputed: 2)], new(["y"], TargetKind.Values)) { Missing = missing };
        new Ensemble<float>(DrawnModels.Numbers<float>(NetworkDefinition.Parse("2-3:tanh-1:identity"), new(3))).Write(At("m.safetensors"), SchemaJson.Write(schema));
        var model = TabularModel.Load(At("m.safetensors"));
        NumPyExport.Write(model, At("m.npz"));
        var notes = new Notes();
        ModelFile<float> back = NumPyImport.Read(At("m.npz"), null, notes);
        Assert.Empty(notes.All);
        Assert.Equal(SchemaJson.Write(schema), back.Schema);

        back.Write(At("back.safetensors"));
        File.WriteAllText(At("rows.csv"), "a,b\n-999,2.5\n,2.5\n5,2.5\n");
        double[] values = [.. TabularModel.Load(At("back.safetensors")).PredictAll(At("rows.csv")).Select(row => row.Value)];
        Assert.Equal(model.PredictAll(At("rows.csv")).Select(row => row.Value), values);
        Assert.Equal(missing.Length > 0, values[0] == values[2]);
    }

    [Fact]
    public void WhatArraysDoNotKnowOfPlainColumnsIsSaid()
    {
        string said = Said(new([new FeatureColumn("a", FeatureKind.Numeric) { Format = new(',', '.') }, new FeatureColumn("b", FeatureKind.Numeric), new FeatureColumn("nr", FeatureKind.Id)], new(["y"], TargetKind.Class, ["n", "p"]), "w"), 2);
        Assert.Equal(["left out: how numbers are written, as in 'a': a model that is made of the file reads plain ones, 1234.5", "left out: that 'w' weighs rows", "left out: the columns that predictions carry along: nr"], said.Split('\n'));
    }

    /// <summary>What a definition says is in the result, or is refused.</summary>
    [Fact]
    public void ADefinitionMustFitWhatTheFileSays()
    {
        new Ensemble<float>(DrawnModels.Numbers<float>(NetworkDefinition.Parse("2-4:tanh-1:identity"), new(1))).Write(At("m.safetensors"));
        NumPyExport.Write(TabularModel.Load(At("m.safetensors")), At("m.npz"));
        var other = NetworkDefinition.Parse("9-7:tanh,layer_norm,dropout(0.2)-1:identity", Loss.Parse("huber:2"));
        Assert.Contains("the network 2-4:tanh-1:identity found, 9-7:tanh,layer_norm", Assert.Throws<ModelException>(() => NumPyImport.Read(At("m.npz"), other)).Message);
        var fitting = NetworkDefinition.Parse("2-4:tanh,dropout(0.2)-1:identity", Loss.Parse("huber:2"));
        Assert.Equal(fitting, NumPyImport.Read(At("m.npz"), fitting).Network.Definition);

        Drop("activations", "out_activation_", "loss");
        Assert.Contains("array 'activation': 'tanh' found, relu expected by the network", Assert.Throws<ModelException>(() => NumPyImport.Read(At("m.npz"), NetworkDefinition.Parse("2-4:relu-1:identity"))).Message);
        Assert.Equal(fitting, NumPyImport.Read(At("m.npz"), fitting).Network.Definition);
        Drop("activation");
        Assert.Contains("2-4:tanh", Assert.Throws<ModelException>(() => NumPyImport.Read(At("m.npz"), NetworkDefinition.Parse("2-4:tanh,layer_norm-1:identity"))).Message);
    }

    /// <summary>Of two outputs gaussian_nll has one value: the schema is of the loss that is told, not of the one that the file would have.</summary>
    [Fact]
    public void TargetsAreCountedByTheLossThatIsTold()
    {
        var schema = new TableSchema([new FeatureColumn("a", FeatureKind.Numeric)], new(["cost"], TargetKind.Values, null, [100], [25]));
        new Ensemble<float>(DrawnModels.Numbers<float>(NetworkDefinition.Parse("1-3:tanh-2:identity", Loss.Parse("gaussian_nll")), new(1))).Write(At("m.safetensors"), SchemaJson.Write(schema));
        NumPyExport.Write(TabularModel.Load(At("m.safetensors")), At("m.npz"));
        Drop("loss");
        ModelFile<float> back = ForeignFile.Read(At("m.npz"), ForeignFormat.Npz, loss: Loss.Parse("gaussian_nll"));
        Assert.Equal(SchemaJson.Write(schema), back.Schema);
        Assert.Equal("gaussian_nll", back.Network.Definition.Loss.Name);
        Drop("target_mean_", "target_scale_");
        Assert.Contains("array 'target_names': 1 names found, 2 expected", Assert.Throws<ModelException>(() => NumPyImport.Read(At("m.npz"))).Message);
    }

    /// <summary>Takes arrays out of the file.</summary>
    private void Drop(params string[] arrays)
    {
        using ZipArchive zip = ZipFile.Open(At("m.npz"), ZipArchiveMode.Update);
        foreach (string array in arrays)
        {
            zip.GetEntry($"{array}.npy")?.Delete();
        }
    }

    private string Said(TableSchema schema, int features)
    {
        new Ensemble<float>(new Network<float>(NetworkDefinition.Parse($"{features}-2:softmax"))).Write(At("m.safetensors"), SchemaJson.Write(schema));
        var notes = new Notes();
        NumPyExport.Write(TabularModel.Load(At("m.safetensors")), At("m.npz"), notes: notes);
        return string.Join('\n', notes.All.Where(note => note.IsLoss).Select(note => note.Message));
    }

    private string At(string name) => Path.Combine(_folder, name);
}
