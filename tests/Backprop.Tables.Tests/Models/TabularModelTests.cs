using System.Globalization;
using Backprop.Data;
using Backprop.Tables.Models;
using Backprop.Tables.Reading;
using Backprop.Tables.Schemas;
using Backprop.Tables.Writing;
using Backprop.Training;

namespace Backprop.Tables.Tests.Models;

/// <summary>What the tool does, as a library: trained in one call, evaluated, asked, saved and loaded.</summary>
public sealed class TabularModelTests : IDisposable
{
    private static readonly TrainingOptions s_quick = new() { Epochs = 30 };

    private readonly string _folder = Directory.CreateTempSubdirectory("backprop-models").FullName;

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string At(string name) => Path.Combine(_folder, name);

    [Fact]
    public void RowsOfNumbersGiveAModelOfValues()
    {
        double[][] features = [.. Enumerable.Range(0, 200).Select(n => new[] { Math.Sin(n * 1.7), Math.Cos(n * 0.9) })];
        double[] targets = [.. features.Select(row => 100_000 + (30_000 * row[0]) - (10_000 * row[1]))];
        var model = TabularModel.Train(features, targets, s_quick);
        Assert.Equal(targets[3], model.Predict(features[3]).Value, 8000.0);
        Assert.True(model.Evaluate(features, targets)["r2"] > 0.95);
        Assert.Empty(model.Labels);
        Assert.Throws<InvalidOperationException>(() => model.Predict(features[0]).Label);
        Assert.Throws<DataException>(() => model.Predict([1.0]));
    }

    /// <summary>3e38 through a layer of float overflows: there is nothing to be said of such a row but that.</summary>
    [Fact]
    public void ARowWhoseOutputIsNotFiniteHasNoPrediction()
    {
        double[][] features = [.. Enumerable.Range(0, 60).Select(n => new[] { Math.Sin(n), 1.0 })], odd = [[0.5, 1], [3.3e38, 3.3e38]];
        TrainingOptions plain = new() { Network = "16:relu", Epochs = 1, Columns = new() { Preprocess = false } };
        TabularModel classes = TabularModel.Train(features, [.. features.Select(row => row[0] > 0 ? "up" : "down")], plain), values = TabularModel.Train(features, [.. features.Select(row => row[0])], plain);
        foreach (TabularModel model in new[] { classes, values })
        {
            var notes = new Notes();
            Predictions predictions = model.PredictAll(odd, notes);
            Assert.Equal([1], predictions.NotFinite);
            Assert.Contains(notes.All, note => note.IsLoss && note.Message.StartsWith("1 row has no prediction, since an output is not a finite number: ", StringComparison.Ordinal) && note.Message.Contains("row 1", StringComparison.Ordinal));
            Assert.All(predictions.Columns, column => Assert.True(column.IsMissing(1) && !column.IsMissing(0), column.Name));
            Assert.Equal("not a finite number", predictions[1].ToString());
            Assert.Empty(model.PredictAll([[0.5, 1]]).NotFinite);
        }

        Assert.Throws<InvalidOperationException>(() => classes.PredictAll(odd)[1].Label);
        Assert.Contains(classes.PredictAll(odd)[0].Label, classes.Labels);
        Assert.Equal(double.NaN, values.PredictAll(odd)[1].Value);
    }

    /// <summary>e^900 is no number either, though 900 is.</summary>
    [Fact]
    public void ARateBeyondAllNumbersIsNoPrediction()
    {
        double[][] features = [.. Enumerable.Range(0, 60).Select(n => new[] { n / 60.0 })];
        TabularModel model = TabularModel.Train(features, [.. features.Select(row => Math.Round(1 + (20 * row[0])))], new TrainingOptions { Network = "1-1:identity", Loss = "poisson", Epochs = 30, Columns = new() { Preprocess = false } });
        Predictions predictions = model.PredictAll([[0.5], [1e6]]);
        Assert.True(double.IsFinite(predictions[0].Value));
        Assert.Equal([1], predictions.NotFinite);
    }

    [Fact]
    public void LabelsOfRowsOfNumbersAreKeptAsTheyAre()
    {
        double[][] features = [.. Enumerable.Range(0, 120).Select(n => new[] { n % 2 == 0 ? 1.0 : -1.0, Math.Sin(n) })];
        var named = TabularModel.Train(features, [.. Enumerable.Range(0, 120).Select(n => n % 2 == 0 ? "yes, please" : "no")], s_quick);
        Prediction one = named.Predict([1.0, 0.0]);
        Assert.Equal("yes, please", one.Label);
        Assert.Equal(["no", "yes, please"], named.Labels);
        Assert.Equal(1, one.Probabilities.Values.Sum(), 9);
        Assert.True(one.Probabilities["yes, please"] > 0.9);
        var counted = TabularModel.Train(features, [.. Enumerable.Range(0, 120).Select(n => n % 2 == 0 ? 7 : -3)], s_quick);
        Assert.Equal(["-3", "7"], counted.Labels);
        Assert.Equal("-3", counted.Predict([-1.0, 0.2]).Label);
    }

    [Fact]
    public void ObjectsWithTextDatesAndGapsAreRows()
    {
        IReadOnlyList<House> houses = House.Some(300);
        var model = TabularModel.Train(houses, nameof(House.Price), s_quick);
        Assert.True(model.Evaluate(House.Some(100, seed: 2))["r2"] > 0.7);
        Assert.Equal([nameof(House.Price)], model.TargetNames);
        Prediction alone = model.Predict(houses[5]);
        Predictions together = model.PredictAll(houses);
        Assert.Equal(alone.Value, together[5].Value); // to the bit
        Assert.Equal(300, together.Count);
        Assert.Contains("Heating", model.Schema!.Columns.Select(column => column.Name));
    }

    [Fact]
    public void WhatAColumnIsDoesNotDependOnRowsWithoutATarget()
    {
        var table = new Table("t", [new("n", ColumnType.Integer, [.. Enumerable.Range(0, 60).Select(n => (double)n)]), new("x", ColumnType.Real, [.. Enumerable.Range(0, 60).Select(n => Math.Sin(n))]), new("y", ColumnType.Real, [.. Enumerable.Range(0, 60).Select(n => n % 20 == 7 ? double.NaN : n + 0.5)])]);
        var notes = new Notes();
        PreparedData<float> data = PreparedData<float>.Prepare(DataSource.Of(table), s_quick with { Columns = new() { DropMissingTargets = true } }, notes);
        Assert.Equal(FeatureKind.Ignored, data.Schema!.Columns[0].Kind);
        Assert.Equal(57, data.All.Rows);
        Assert.Contains(notes.All, note => note.Message == "column 'n' is ignored: a row number: it counts by 1 from row to row");
        Assert.Equal(data.TrainingRows.Average(row => Math.Sin(new[] { 7, 27, 47 }.Aggregate(row, (at, gap) => at >= gap ? at + 1 : at))), data.Schema.Columns[1].Mean, 12);
    }

    [Fact]
    public void OneObjectIsNotSeveral()
    {
        var model = TabularModel.Train(House.Some(60), nameof(House.Price), s_quick with { Epochs = 1 });
        UsageException error = Assert.Throws<UsageException>(() => model.Predict(House.Some(3)));
        Assert.Contains("PredictAll", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void APropertyThatIsNoColumnIsSaid()
    {
        DataException error = Assert.Throws<DataException>(() => Table.From(new[] { new { Name = "a", Place = new object() } }));
        Assert.Contains("'Place'", error.Message, StringComparison.Ordinal);
        Assert.Throws<DataException>(() => Table.From(Array.Empty<House>()));
        Assert.Throws<DataException>(() => Table.From(new House?[] { null }));
        Assert.Throws<DataException>(() => Table.From(new double[][] { [1, 2], [3] }));
    }

    [Fact]
    public void AFileGivesAModelAndNotesOfWhatWasTaken()
    {
        WriteCsv("h.csv", House.Some(200));
        var told = new List<TrainingProgress>();
        var model = TabularModel.Train(At("h.csv"), "Price", s_quick with { Ensemble = 1 }, new Told(told.Add));
        Assert.Contains(model.Notes, note => note.IsLoss && note.Message.Contains("'Number'", StringComparison.Ordinal) && note.Settings.Contains("Numeric = Number"));
        Assert.Contains(model.Notes, note => note.IsGuess && note.Message.StartsWith("target 'Price': values", StringComparison.Ordinal));
        Assert.Null(told[0].Last);
        Assert.Equal(31, told.Count);
        Assert.Equal(30, told[^1].Last!.Epoch);
        Assert.Equal(30, model.Result!.History.Count);
    }

    [Theory]
    [InlineData(Precision.Float)]
    [InlineData(Precision.Double)]
    public void ASavedModelPredictsTheSameBits(Precision precision)
    {
        IReadOnlyList<House> houses = House.Some(150);
        var model = TabularModel.Train(houses, nameof(House.Town), s_quick with { Epochs = 3, Precision = precision });
        string hash = model.Save(At("m.safetensors"));
        var loaded = TabularModel.Load(At("m.safetensors"));
        Assert.Equal(model.GetType(), loaded.GetType());
        Assert.Equal(Bits(model.PredictAll(houses)), Bits(loaded.PredictAll(houses)));
        Assert.Equal(hash, loaded.Save(At("again.safetensors")));
        Assert.Equal(model.Labels, loaded.Labels);
    }

    [Fact]
    public void EightThreadsAtOnceGetTheSame()
    {
        IReadOnlyList<House> houses = House.Some(200);
        var model = TabularModel.Train(houses, nameof(House.Town), s_quick with { Epochs = 3 });
        string[] expected = Bits(model.PredictAll(houses));
        Parallel.For(0, 64, new ParallelOptions { MaxDegreeOfParallelism = 8 }, n =>
        {
            if (n % 2 == 0)
            {
                Assert.Equal(expected, Bits(model.PredictAll(houses)));
            }
            else
            {
                Assert.Equal(expected[n], Bits(model.Predict(houses[n])));
            }
        });
    }

    [Fact]
    public void CancellingKeepsTheBestSoFar()
    {
        using var source = new CancellationTokenSource();
        IReadOnlyList<House> houses = House.Some(200);
        var model = TabularModel.Train(houses, nameof(House.Price), new() { Epochs = 10_000 }, new Told(progress =>
        {
            if (progress.Last?.Epoch == 5)
            {
                source.Cancel();
            }
        }), source.Token);
        Assert.Equal(StopReason.Cancelled, model.Result!.Reason);
        Assert.Equal(5, model.Result.History.Count);
        Assert.InRange(model.Result.Kept!.Epoch, 1, 5);
        Assert.True(double.IsFinite(model.Predict(houses[0]).Value));
    }

    /// <summary>Metrics are those of the numbers that are written, also of a network in float.</summary>
    [Fact]
    public void WrittenPredictionsHaveTheMetricsOfEvaluation()
    {
        IReadOnlyList<House> houses = House.Some(400);
        var values = TabularModel.Train(houses, nameof(House.Price), s_quick with { Epochs = 5 });
        double[] predicted = [.. values.PredictAll(houses).Select(one => one.Value)], actual = [.. houses.Select(house => house.Price)];
        double mean = actual.Average(), residual = actual.Zip(predicted, (t, y) => (t - y) * (t - y)).Sum(), total = actual.Sum(t => (t - mean) * (t - mean));
        Assert.Equal(1 - (residual / total), values.Evaluate(houses)["r2"], 1e-12);
        var classes = TabularModel.Train(houses, nameof(House.Town), s_quick with { Epochs = 5 });
        double loss = houses.Zip(classes.PredictAll(houses), (house, one) => -Math.Log(one.Probabilities[house.Town])).Average();
        Assert.Equal(loss, classes.Evaluate(houses)["log_loss"], 1e-12);
    }

    [Fact]
    public void ColumnsAreCarriedOverAsTheyAreWritten()
    {
        File.WriteAllText(At("t.csv"), "key,zip,size,price\n" + string.Join('\n', Enumerable.Range(0, 60).Select(n => string.Create(CultureInfo.InvariantCulture, $"K{n % 9},{n % 5:000},{(n * 7 % 30) + 0.5:F2},{(n * 7 % 30) * 10.0:F1}"))) + "\n");
        var model = TabularModel.Train(At("t.csv"), "price", s_quick with { Epochs = 1, Columns = new() { Ids = ["key"], Categorical = ["zip"] } });
        Assert.Equal(["key", "price"], model.PredictAll(At("t.csv")).Columns.Select(column => column.Name));
        var notes = new Notes();
        Predictions kept = model.PredictAll(DataSource.Named(At("t.csv")), notes: notes, options: new() { KeepAll = true });
        Assert.Equal(["key", "zip", "size", "price_given", "price"], kept.Columns.Select(column => column.Name));
        Assert.Equal(("K2", "002", "14.50", "140.0"), (kept.Columns[0].Text(2), kept.Columns[1].Text(2), kept.Columns[2].Text(2), kept.Columns[3].Text(2)));
        Assert.Contains(notes.All, note => note.Message.Contains("'price_given'", StringComparison.Ordinal));
        Predictions some = model.PredictAll(DataSource.Named(At("t.csv")), options: new() { Ids = ["zip,s*"] });
        Assert.Equal(["key", "zip", "size", "price"], some.Columns.Select(column => column.Name));
        Assert.Throws<UsageException>(() => model.PredictAll(DataSource.Named(At("t.csv")), options: new() { Ids = ["zap"] }));
        PredictionWriter.Write(At("p.csv"), kept.Columns);
        Assert.StartsWith("key,zip,size,price_given,price\nK0,000,0.50,0.0,", File.ReadAllText(At("p.csv")), StringComparison.Ordinal);
    }

    [Fact]
    public void CarriedCellsStandAsTheyStood()
    {
        File.WriteAllText(At("t.csv"), "country,x,y\n" + string.Join('\n', Enumerable.Range(0, 50).Select(n => $"{(n == 3 ? "NA" : n == 4 ? "?" : n == 5 ? "" : "DE")},{n * 7 % 30},{n * 7 % 30 * 1.5:F1}")));
        var model = TabularModel.Train(At("t.csv"), "y", s_quick with { Epochs = 1, Columns = new() { Ids = ["country"] } });
        Column carried = model.PredictAll(At("t.csv")).Columns[0];
        Assert.Equal(["DE", "NA", "?", null, "DE"], Enumerable.Range(2, 5).Select(carried.Text));
        File.WriteAllText(At("p.json"), """[{"country":7,"x":1,"b":true,"c":null,"d":9007199254740993},{"country":"NA","x":2,"b":false,"c":true,"d":1.50},{"country":"7.0","x":3,"b":true,"c":"NA","d":2}]""");
        PredictionWriter.Write(At("o.jsonl"), model.PredictAll(DataSource.Named(At("p.json")), options: new() { KeepAll = true }).Columns);
        string[] lines = File.ReadAllLines(At("o.jsonl"));
        Assert.StartsWith("""{"country":7,"x":1,"b":true,"c":null,"d":9007199254740993,"y":""", lines[0], StringComparison.Ordinal);
        Assert.StartsWith("""{"country":"NA","x":2,"b":false,"c":true,"d":1.50,"y":""", lines[1], StringComparison.Ordinal);
        Assert.StartsWith("""{"country":"7.0","x":3,"b":true,"c":"NA","d":2,"y":""", lines[2], StringComparison.Ordinal);
    }

    [Fact]
    public void ErrorsOfPredictionSayRowAndLine()
    {
        File.WriteAllText(At("t.csv"), "x,y\n" + string.Join('\n', Enumerable.Range(0, 50).Select(n => $"{n * 7 % 30},{n * 7 % 30 * 1.5:F1}")));
        File.WriteAllText(At("p.csv"), "x\n1\n\nbad\n");
        var model = TabularModel.Train(At("t.csv"), options: s_quick with { Epochs = 1 });
        Assert.Contains("row 1 (line 4), column 'x': 'bad' found", Assert.Throws<DataException>(() => model.PredictAll(At("p.csv"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void RowsWithoutTargetAreAnErrorOrLeftOut()
    {
        File.WriteAllText(At("t.csv"), "x,y\n" + string.Join('\n', Enumerable.Range(0, 50).Select(n => n == 7 ? "3," : $"{n * 7 % 30},{n * 7 % 30 * 1.5:F1}")));
        DataException error = Assert.Throws<DataException>(() => TabularModel.Train(At("t.csv")));
        Assert.Contains("row 7", error.Message, StringComparison.Ordinal);
        Assert.Contains("MissingTarget = drop", error.Settings);
        var model = TabularModel.Train(At("t.csv"), options: s_quick with { Epochs = 1, Columns = new() { DropMissingTargets = true } });
        Assert.Contains(model.Notes, note => note.IsLoss && note.Message.Contains("1 of 50 rows", StringComparison.Ordinal));
    }

    [Fact]
    public void CellsThatAreNoNumbersAreAnErrorOrMissing()
    {
        File.WriteAllText(At("t.csv"), "x,y\n" + string.Join('\n', Enumerable.Range(0, 50).Select(n => n == 7 ? "<3,1.5" : $"{n * 7 % 30},{n * 7 % 30 * 1.5:F1}")));
        DataException error = Assert.Throws<DataException>(() => TabularModel.Train(At("t.csv")));
        Assert.Contains("row 7", error.Message, StringComparison.Ordinal);
        var model = TabularModel.Train(At("t.csv"), options: s_quick with { Epochs = 1, BadCells = BadCells.Missing });
        Assert.Contains(model.Notes, note => note.IsLoss && note.Message.Contains("t.csv', row 7 (line 9)", StringComparison.Ordinal));
        Assert.Equal(FeatureKind.Numeric, model.Schema!.Columns[0].Kind);
    }

    /// <summary>The name of a column may have commas.</summary>
    [Fact]
    public void ATargetIsItsExactNameFirst()
    {
        File.WriteAllText(At("t.csv"), "a,\"a,b\",b\n" + string.Join('\n', Enumerable.Range(0, 40).Select(n => $"{n * 7 % 30},{n * 7 % 20}.5,{n * 3 % 17}.25")));
        Assert.Equal(["a,b"], TabularModel.Train(At("t.csv"), "a,b", s_quick with { Epochs = 1 }).TargetNames);
        Assert.Equal(["a", "b"], TabularModel.Train(At("t.csv"), "a, b", s_quick with { Epochs = 1 }).TargetNames);
    }

    [Fact]
    public void OptionsThatDoNotGoTogetherAreRefused()
    {
        IReadOnlyList<House> houses = House.Some(40);
        BackpropException Refused(TrainingOptions options) => Assert.Throws<UsageException>(() => TabularModel.Train(houses, nameof(House.Price), options));
        Assert.Contains("EarlyStopping", Refused(new() { EarlyStopping = 3, Validation = 0 }).Settings);
        Assert.Contains("KeepBy", Refused(new() { KeepBy = "r2", Validation = 0 }).Settings);
        Assert.Contains("Validation", Refused(new() { Validation = 1.5 }).Settings);
        Assert.Contains("ClassWeights", Refused(new() { ClassWeights = ClassWeights.Balanced }).Settings);
        Assert.Contains("x", Refused(new() { Network = "x" }).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ClassWeightsAreByLabel()
    {
        IReadOnlyList<House> houses = House.Some(90);
        Assert.Contains("Paris", Assert.Throws<UsageException>(() => TabularModel.Train(houses, nameof(House.Town), s_quick with { ClassWeights = ClassWeights.Parse("Paris=2") })).Message, StringComparison.Ordinal);
        Assert.Equal("balanced_accuracy", TabularModel.Train(houses, nameof(House.Town), s_quick with { Epochs = 1, ClassWeights = ClassWeights.Parse("Ulm=2,Bonn=0.5") }).Result!.KeptBy);
    }

    [Fact]
    public void TrainingGoesOnFromAModel()
    {
        IReadOnlyList<House> houses = House.Some(150);
        var first = TabularModel.Train(houses, nameof(House.Price), s_quick with { Epochs = 2, Precision = Precision.Double });
        var second = TabularModel.Train(houses, nameof(House.Price), new() { From = first, Epochs = 10 });
        Assert.Same(first.Schema, second.Schema);
        Assert.True(second.Evaluate(houses).Loss < first.Evaluate(houses).Loss);
    }

    /// <summary>What a caller hands over stays as it is, however often it is read.</summary>
    [Fact]
    public void BytesOfTheCallerAreNeverChanged()
    {
        double[] bytes = [.. Enumerable.Range(0, 80).Select(n => n * 37 % 256.0)], kept = [.. bytes];
        var source = DataSource.Of(new NumericArray("x", [40, 2], bytes, IsInteger: true, IsPixels: false, IsBytes: true), new NumericArray("y", [40], [.. Enumerable.Range(0, 40).Select(n => n / 10.0)], IsInteger: false, IsPixels: false));
        var model = TabularModel.Train(source, s_quick with { Epochs = 1 });
        Assert.Equal(model.Evaluate(source).Loss, model.Evaluate(source).Loss);
        SourceRows rows = source.Read();
        Assert.Equal(rows.ForTraining().X!.Values, DataSource.Of(rows).Read().ForTraining().X!.Values);
        Assert.Equal(kept, bytes);
    }

    /// <summary>A double has 53 bits: what is longer keeps its spelling.</summary>
    [Fact]
    public void LongNumbersOfObjectsKeepEveryDigit()
    {
        var rows = Enumerable.Range(0, 60).Select(n => new { X = Math.Sin(n), Key = 1234567890123456700 + (n % 3), Wide = (Int128)ulong.MaxValue * 10 + (n % 2), Small = (long)n, Price = 1.10m }).ToArray();
        Table table = Table.From(rows);
        Table written = table.AsWritten([.. table.Names]);
        Assert.Equal(["1234567890123456700", "1234567890123456701", "1234567890123456702"], written.Find("Key")!.Values);
        Assert.Equal("184467440737095516151", written.Find("Wide")!.Text(1));
        Assert.Equal("1.10", written.Find("Price")!.Text(0));
        Assert.Equal((ColumnType.Integer, 1234567890123456701.0), (table.Find("Key")!.Type, table.Find("Key")!.Numbers[1]));
        Assert.Equal((ColumnType.Integer, 7.0), (table.Find("Small")!.Type, table.Find("Small")!.Numbers[7]));
        var options = s_quick with { Epochs = 1, Columns = new() { Task = TableTask.Classification } };
        Assert.Equal(written.Find("Key")!.Values, TabularModel.Train(rows, "Key", options).Labels);
    }

    [Fact]
    public void DecimalsAreTheDoublesOfTheirText()
    {
        var random = new Random(4);
        decimal[] numbers = [0.6381432875559270328057328m, .. Enumerable.Range(0, 500).Select(_ => new decimal(random.Next(), random.Next(), random.Next(), random.Next(2) == 0, (byte)random.Next(29)))];
        double[] expected = [.. numbers.Select(number => double.Parse(number.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture))];
        Assert.Equal(expected, Table.From(numbers.Select(number => new { Number = number })).Find("Number")!.Numbers.ToArray());
    }

    /// <summary>A row means the same as an object and as a line of CSV.</summary>
    [Fact]
    public void TextsOfObjectsMeanWhatCellsMean()
    {
        string?[] texts = [" a", "a ", "b", "", "NA", "None", "?", null, "-"];
        var rows = Enumerable.Range(0, 90).Select(n => new { C = texts[n % texts.Length], Number = $" {n}.50 ", Y = Math.Sin(n) + (n % 9) }).ToArray();
        Table table = Table.From(rows);
        Assert.Equal(["a", "b", "-"], table.Find("C")!.Values);
        Assert.Equal([0, 0, 1, -1, -1, -1, -1, -1, 2], table.Find("C")!.Codes[..9].ToArray());
        Assert.Equal(3.5, table.Find("Number")!.Numbers[3]);
        Assert.Equal(["a", "b", "NA", "None", "?"], Table.From(rows, new() { Missing = ["-"] }).Find("C")!.Values);
        File.WriteAllLines(At("t.csv"), ["C,Number,Y", .. rows.Select(row => string.Create(CultureInfo.InvariantCulture, $"{row.C},{row.Number},{row.Y:R}"))]);
        foreach (ReadingOptions? reading in new[] { null, new ReadingOptions { Missing = ["-"] } })
        {
            var model = TabularModel.Train(rows, "Y", s_quick with { Epochs = 1, Reading = reading });
            Assert.Equal(model.PredictAll(At("t.csv")).Select(one => one.Value), rows.Select(row => model.Predict(row).Value)); // to the bit
            Assert.Equal(model.Definition.Inputs, TabularModel.Train(At("t.csv"), "Y", s_quick with { Epochs = 1, Reading = reading }).Definition.Inputs);
        }
    }

    [Fact]
    public void LabelsOfArraysMeanWhatCellsMean()
    {
        double[][] features = [.. Enumerable.Range(0, 60).Select(n => new[] { Math.Sin(n) })];
        string[] Labels(params string[] labels) => [.. Enumerable.Range(0, 60).Select(n => labels[n % labels.Length])];
        Assert.Equal(["a", "b"], TabularModel.Train(features, Labels(" b", "a", "b"), s_quick with { Epochs = 1 }).Labels);
        Assert.Equal(["1.5", "2.5"], TabularModel.Train(features, Labels("2.5", "1.5 "), s_quick with { Epochs = 1 }).Labels);
        Assert.Contains("row 1", Assert.Throws<DataException>(() => TabularModel.Train(features, Labels("a", "", "b"))).Message, StringComparison.Ordinal);
        Assert.Contains("row 2", Assert.Throws<DataException>(() => TabularModel.Train(features, Labels("a", "b", "NA"))).Message, StringComparison.Ordinal);
        Assert.Equal(["NA", "a"], TabularModel.Train(features, Labels("a", "NA"), s_quick with { Epochs = 1, Reading = new() { Missing = ["-"] } }).Labels);
    }

    /// <summary>Nothing that is said is passed over where a model has decided already.</summary>
    [Fact]
    public void AModelThatIsGoneOnFromHasDecidedWhatColumnsAre()
    {
        string[] lines = ["x,w,y", .. Enumerable.Range(0, 60).Select(n => string.Create(CultureInfo.InvariantCulture, $"{n * 7 % 30},{1 + (n % 3)},{(n == 5 ? "" : $"{(n * 7 % 30) * 2}.5")}"))];
        File.WriteAllLines(At("t.csv"), lines);
        var first = TabularModel.Train(At("t.csv"), "y", s_quick with { Epochs = 1, Columns = new() { DropMissingTargets = true, Ignore = ["w"] } });
        var on = new TrainingOptions { From = first, Epochs = 1, Columns = new() { DropMissingTargets = true } };
        foreach ((string name, TableOptions columns) in new (string, TableOptions)[]
        {
            ("Ignore", new() { Ignore = ["x"] }), ("Categorical", new() { Categorical = ["x"] }), ("Numeric", new() { Numeric = ["zzz"] }), ("Dates", new() { Dates = ["x"] }),
            ("Ids", new() { Ids = ["x"] }), ("Task", new() { Task = TableTask.Classification }), ("Preprocess", new() { Preprocess = false }),
        })
        {
            Assert.Contains(name, Assert.Throws<UsageException>(() => TabularModel.Train(At("t.csv"), "y", on with { Columns = columns })).Settings);
        }

        Assert.Throws<UsageException>(() => TabularModel.Train(At("t.csv"), "y", on with { Columns = new() { DropMissingTargets = true, SampleWeight = "nosuch" } }));
        Assert.Throws<UsageException>(() => TabularModel.Train(At("t.csv"), "y", on with { Columns = new() { DropMissingTargets = true, SampleWeight = "x" } }));
        var weighted = TabularModel.Train(At("t.csv"), "y", on with { Columns = new() { DropMissingTargets = true, SampleWeight = "w" } });
        Assert.NotEqual(TabularModel.Train(At("t.csv"), "y", on).Result!.History[0].Loss, weighted.Result!.History[0].Loss);
        Assert.Equal("w", weighted.Schema!.SampleWeight);
        Assert.Throws<DataException>(() => TabularModel.Train(At("t.csv"), "y", on with { Columns = new() }));
        lines[3] = "oops,1,3.5";
        lines[4] = "3,1,oops";
        File.WriteAllLines(At("b.csv"), lines);
        Assert.Equal(46, PreparedData<float>.Prepare(DataSource.Named(At("b.csv")), on with { BadCells = BadCells.Missing }).Training.Rows); // 58 of 60 rows, 20 % of them validate
    }

    [Fact]
    public void RowsWithoutTargetAreLeftOutOfEvaluationWhenAskedFor()
    {
        string[] lines = ["x,y", .. Enumerable.Range(0, 60).Select(n => string.Create(CultureInfo.InvariantCulture, $"{n * 7 % 30},{(n * 7 % 30) * 2}.5"))];
        File.WriteAllLines(At("t.csv"), lines);
        var model = TabularModel.Train(At("t.csv"), "y", s_quick with { Epochs = 1 });
        (lines[4], lines[9]) = ("3,", "5,oops");
        File.WriteAllLines(At("gaps.csv"), lines);
        lines = [.. lines.Where((_, line) => line is not (4 or 9))];
        File.WriteAllLines(At("whole.csv"), lines);
        Assert.Throws<DataException>(() => model.Evaluate(At("gaps.csv")));
        var notes = new Notes();
        var options = new PredictionOptions { DropMissingTargets = true, BadCells = BadCells.Missing };
        Assert.Equal(model.Evaluate(At("whole.csv")).Loss, model.Evaluate(DataSource.Named(At("gaps.csv")), null, notes, options).Loss);
        Assert.Contains(notes.All, note => note.IsLoss && note.Message.Contains("2 of 60 rows", StringComparison.Ordinal));
        NumericArray x = new("x", [3, 1], [1, 2, 3], IsInteger: false, IsPixels: false), y = new("y", [3], [1, double.NaN, 3], IsInteger: false, IsPixels: false);
        SourceRows arrays = new("arrays", x, y);
        Assert.Equal((2, 3.0), (arrays.WithArrayTargets(null).Count, arrays.WithArrayTargets(null).X!.Values[1]));
    }

    /// <summary>Outputs are compared with the columns of their names.</summary>
    [Fact]
    public void TargetsAreBoundByName()
    {
        File.WriteAllLines(At("t.csv"), ["x,a,b", .. Enumerable.Range(0, 60).Select(n => string.Create(CultureInfo.InvariantCulture, $"{n * 7 % 30},{(n * 7 % 30) * 2}.5,{1000 - (n * 7 % 30)}.5"))]);
        var model = TabularModel.Train(At("t.csv"), "a,b", s_quick);
        Assert.Equal(model.Evaluate(At("t.csv")).Loss, model.Evaluate(At("t.csv"), "b,a").Loss);
    }

    /// <summary>A table that was read by its looks means what the file means to the model, unless its reader was told.</summary>
    [Fact]
    public void ATableIsReadByTheSchemaToo()
    {
        File.WriteAllLines(At("t.csv"), ["a;y", .. Enumerable.Range(0, 60).Select(n => $"{n * 7 % 60},{n % 10}25;{n * 7 % 60},5")]);
        var model = TabularModel.Train(At("t.csv"), "y", s_quick);
        File.WriteAllLines(At("new.csv"), ["a", "\"1,234\"", "\"21,345\""]);
        double[] Values(IEnumerable<Prediction> rows) => [.. rows.Select(row => row.Value)];
        double[] expected = Values(model.PredictAll(DataSource.Named(At("new.csv"))));
        Table table = TableReader.Read(At("new.csv"));
        Assert.Equal(1234, table.Find("a")!.Number(0));
        Assert.Equal(expected, Values(model.PredictAll(table)));
        Assert.Equal(expected[1..], Values(model.PredictAll(table.Select([1]))));
        File.WriteAllLines(At("points.csv"), ["a", "1.234", "21.345"]);
        Assert.Equal(expected, Values(model.PredictAll(TableReader.Read(At("points.csv"), new() { Decimal = '.' }))));
    }

    /// <summary>A target that is not read is a column of the file all the same.</summary>
    [Fact]
    public void ATargetMayBeNamedWherePredictionsAreMade()
    {
        File.WriteAllLines(At("t.csv"), ["x,a", .. Enumerable.Range(0, 60).Select(n => $"{n * 7 % 30},{(n * 7 % 30) * 2}.5")]);
        var model = TabularModel.Train(At("t.csv"), "a", s_quick);
        Assert.Equal(model.PredictAll(DataSource.Named(At("t.csv")))[7].Value, model.PredictAll(DataSource.Named(At("t.csv")), "a")[7].Value);
        Assert.Contains("did you mean 'a'?", Assert.Throws<UsageException>(() => model.PredictAll(DataSource.Named(At("t.csv")), "aa")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void OneClassOnlyIsAWarning()
    {
        double[][] features = [.. Enumerable.Range(0, 40).Select(n => new[] { Math.Sin(n) })];
        var model = TabularModel.Train(features, [.. Enumerable.Repeat("only", 40)], s_quick with { Epochs = 1 });
        Assert.Contains(model.Notes, note => note.Message.Contains("every row is of class only", StringComparison.Ordinal));
        Assert.Equal("only", model.Predict([0.5]).Label);
    }

    [Fact]
    public void ColumnsOfATableAreEquallyLong() =>
        Assert.Contains("'b'", Assert.Throws<DataException>(() => new Table("t", [new Column("a", ColumnType.Real, [1, 2]), new Column("b", ColumnType.Real, [1])])).Message, StringComparison.Ordinal);

    [Fact]
    public void PredictionsSayHowLongTheyTook()
    {
        IReadOnlyList<House> houses = House.Some(60);
        Predictions all = TabularModel.Train(houses, nameof(House.Price), s_quick with { Epochs = 1 }).PredictAll(houses);
        Assert.True(all.ReadingSeconds > 0 && all.PredictingSeconds > 0);
    }

    private void WriteCsv(string name, IReadOnlyList<House> houses) => File.WriteAllLines(At(name), houses
        .Select((house, n) => string.Create(CultureInfo.InvariantCulture, $"{n},\"{house.Town}\",{house.Size},{house.Garden},{house.Price}"))
        .Prepend("Number,Town,Size,Garden,Price"));

    private static string[] Bits(Predictions predictions) => [.. predictions.Select(Bits)];

    private static string Bits(Prediction prediction) => $"{prediction.Label} {string.Join(' ', prediction.Probabilities.Select(pair => $"{pair.Key}={pair.Value:R}"))}";

    private sealed class Told(Action<TrainingProgress> told) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => told(value);
    }
}
