using Backprop.Activations;
using Backprop.Data;
using Backprop.Losses;
using Backprop.Networks;
using Backprop.Tables;
using Backprop.Tables.Models;
using Backprop.Tables.Schemas;

namespace Backprop.Pages.Runs;

/// <summary>Rows to learn from and rows to test on.</summary>
internal sealed class Problem
{
    private readonly int[] _features = [];

    private Problem(string name, Dataset<double> all, IReadOnlyList<int> trainingRows, IReadOnlyList<int> testRows, TableSchema? schema, IReadOnlyList<string> features, IReadOnlyList<string> labels, ((int Rows, int Columns)? Size, int[] Pixels) image)
    {
        (Name, All, Schema, FeatureNames, Labels, (Image, Pixels)) = (name, all, schema, features, labels, image);
        Points = all.FeatureCount == 2 ? all : null;
        (TrainingRows, TestRows) = ([.. trainingRows], [.. testRows]);
        Dataset<float> single = Single(all);
        Training = single.Select(TrainingRows);
        Test = TestRows.Length == 0 ? null : single.Select(TestRows);
    }

    /// <summary>Points of a plane, and what the network is given of them.</summary>
    private Problem(string name, Dataset<double> points, int[] features, IReadOnlyList<int> trainingRows, IReadOnlyList<int> testRows, IReadOnlyList<string> labels)
        : this(name, Given(points, features), trainingRows, testRows, null, [.. features.Select(place => PlaneFeatures.Titles[place])], labels, (null, [])) =>
        (Points, _features) = (points, features);

    public string Name { get; }

    /// <summary>Every row in file order, in double: what derivations stand on.</summary>
    public Dataset<double> All { get; }

    /// <summary>The rows of <see cref="All"/> that are learned.</summary>
    public int[] TrainingRows { get; }

    /// <summary>The rows of <see cref="All"/> that are kept back.</summary>
    public int[] TestRows { get; }

    public Dataset<float> Training { get; }

    public Dataset<float>? Test { get; }

    /// <summary>How the rows of a table became numbers; goes into the exported model.</summary>
    public TableSchema? Schema { get; }

    public IReadOnlyList<string> FeatureNames { get; }

    /// <summary>The classes; empty where the targets are values.</summary>
    public IReadOnlyList<string> Labels { get; }

    /// <summary>What the outputs are of: classes, or the columns of values; empty where they have no names.</summary>
    public IReadOnlyList<string> OutputNames(NetworkDefinition network) =>
        Schema?.OutputNames(network.Layers[^1].Units) ?? (Labels.Count == network.Layers[^1].Units ? Labels : []);

    /// <summary>The size of the picture that the features are, if they are one.</summary>
    public (int Rows, int Columns)? Image { get; }

    /// <summary>What was guessed, dropped, filled or taken for something else.</summary>
    public IReadOnlyList<Note> Notes { get; private init; } = [];

    public bool AreClasses => All.Targets.AreClasses;

    /// <summary>The rows as points of a plane, which the plane is drawn of; null where they are none.</summary>
    public Dataset<double>? Points { get; }

    /// <summary>Whether the page has made the points itself.</summary>
    public bool IsPlane => _features.Length > 0;

    /// <summary>The features of points that the page has made, as an address says them.</summary>
    public IEnumerable<string> Features => _features.Select(place => PlaneFeatures.Names[place]);

    /// <summary>The inputs of a point of that plane.</summary>
    public void InputsOf(double x, double y, Span<double> inputs)
    {
        if (_features.Length > 0)
        {
            PlaneFeatures.Make(_features, x, y, inputs);
        }
        else
        {
            (inputs[0], inputs[1]) = (x, y);
        }
    }

    public static Problem Load(PageState state, GivenFiles given)
    {
        if (PlaneData.Names.Contains(state.Data))
        {
            Dataset<double> plane = PlaneData.Make(state.Data, state.Rows, state.Noise, state.Seed);
            (int[] learned, int[] held) = state.Test > 0 && plane.Rows > 1
                ? StratifiedSplit.Split(plane.Targets.AreClasses ? plane.Targets.ClassIndices : [], plane.Rows, state.Test, state.Seed)
                : ([.. Enumerable.Range(0, plane.Rows)], []);
            int[] places = PlaneFeatures.Parse(state.Features);
            return new(state.Data, plane, places, learned, held, plane.Targets.AreClasses ? ["0", "1"] : []);
        }

        if (state.Features != PlaneFeatures.Usual)
        {
            throw new UsageException($"features: '{state.Features}' found, but '{state.Data}' has inputs of its own: no features expected");
        }

        if (state.Data == NoteExample.Name)
        {
            return new("the example", NoteExample.Data, [0, 1], [0], [], []);
        }

        bool isGiven = state.Data == "file" && given.Source is not null;
        SourceRows rows = isGiven ? given.Source!.Read()
            : EmbeddedData.Names.Contains(state.Data) ? DataSource.Named($"builtin:{state.Data}").Read()
            : throw new UsageException(state.Data == "file" ? "data: 'file' found, a file that was opened beside this address: open it here too" : Suggestion.Unknown("data", state.Data, [.. PlaneData.Names, NoteExample.Name, .. EmbeddedData.Names]));
        var options = new TrainingOptions { Target = isGiven ? state.Target ?? given.Targets : null, Columns = new() { Bins = isGiven && given.Model is not null ? null : 0 }, BadCells = isGiven ? given.BadCells : BadCells.Refused, From = isGiven ? given.Model : null, Validation = rows.Count > 1 ? state.Test : 0, Seed = state.Seed };
        var notes = new Notes();
        // Values stay in their own units: whoever chooses the loss and looks at the outputs wants to see them.
        var data = PreparedData<double>.Prepare(DataSource.Of(rows), options, notes, scaleTargets: false);
        Dataset<double> all = data.All;
        IReadOnlyList<string> labels = !all.Targets.AreClasses ? []
            : data.Schema?.Target.Labels?.ToArray() ?? [.. Enumerable.Range(0, all.Targets.Count).Select(c => $"{c}")];
        IReadOnlyList<string> features = data.Schema?.FeatureNames ?? [.. Enumerable.Range(0, all.FeatureCount).Select(c => $"x{c}")];
        return new(string.Join(", ", rows.Name.Split(',').Select(Path.GetFileName)), all, data.TrainingRows, data.ValidationRows, data.Schema, features, labels, ImageOf(data.Source, data.Schema, all.FeatureCount)) { Notes = notes.All };
    }

    /// <summary>The network of a state on these rows.</summary>
    /// <exception cref="UsageException">Layers or a loss that do not go together, or with the rows, by the checks that 'backprop train' has.</exception>
    public NetworkDefinition Definition(PageState state, GivenFiles given)
    {
        NetworkDefinition network;
        if (state.FromModel)
        {
            network = given.Model?.Network.Definition ?? throw new UsageException("the address starts from a model, but no model was given: open it here, or give it to 'backprop serve'");
        }
        else
        {
            IReadOnlyList<LayerDefinition> hidden = state.Hidden.Length == 0 ? [] : NetworkDefinition.ParseLayers(state.Hidden);
            PageLimits.RequireLayers(hidden.Count);
            Loss? loss = state.Loss is null ? null : Losses.Loss.Parse(state.Loss);
            if (Schema?.Offset is { } exposure)
            {
                loss = loss?.Name is null or "poisson" ? Losses.Loss.Parse("poisson:1") : throw new UsageException($"the rows have exposures ('{exposure}'), which belong to the loss poisson; {loss} found");
            }

            int outputs = loss?.Name == "gaussian_nll" && !AreClasses ? 2 * All.Targets.Count : All.Targets.Count - (loss?.TakesOffset == true ? 1 : 0);
            var output = new LayerDefinition(outputs, ActivationFunction.Parse(state.Output ?? (AreClasses ? "softmax" : "identity")));
            network = new(All.FeatureCount, [.. hidden, output], loss);
        }

        PageLimits.Require(network, Math.Min(state.BatchSize, Training.Rows), given, state.FromModel);
        Propagation.Fit.Require(network, All, targets: true);
        return OutputAdvice.OutOfRange(network.Loss, All.Targets) is { } bad ? throw new UsageException($"row {bad.Row}{(All.Targets.Count == 1 ? "" : $", target {bad.Target}")}: {bad.Why}")
            : OutputAdvice.Refusal(network, All.Targets) is { } why ? throw new UsageException(why)
            : network;
    }

    /// <summary>The input that each pixel of <see cref="Image"/> is; −1: none, since it never changes.</summary>
    public int[] Pixels { get; }

    /// <summary>The features of a row as a picture's grey levels, 0 to 1; a pixel that never changes is 0.</summary>
    public double[] Picture(int row)
    {
        ReadOnlySpan<double> features = All.Row(row);
        double[] values = new double[Pixels.Length];
        for (int pixel = 0; pixel < values.Length; pixel++)
        {
            values[pixel] = Pixels[pixel] < 0 ? 0
                : Schema is null ? features[Pixels[pixel]]
                : (features[Pixels[pixel]] * Schema.Columns[pixel].Scale) + Schema.Columns[pixel].Mean;
        }

        double greatest = values.Max();
        return [.. values.Select(value => greatest > 0 ? Math.Clamp(value / greatest, 0, 1) : 0)];
    }

    /// <summary>One row of <see cref="All"/>, as it is trained on, but alone: whatever it weighs among others.</summary>
    public Dataset<float> Single(int row) => Single(Alone(row));

    /// <summary>The same in double.</summary>
    public Dataset<double> Alone(int row) => All.Select([row]).WithSampleWeights(null);

    /// <summary>What the row should be, in words and in its own units.</summary>
    public string Target(int row) => AreClasses
        ? Labels[All.Targets.ClassIndices[row]]
        : string.Join(", ", Enumerable.Range(0, All.Targets.Count).Select(t => Schema?.Offset is { } exposure && t == All.Targets.Count - 1 ? $"{exposure} {Math.Exp(All.Targets[row, t]):G5}" : (Schema?.Target.Unscale(t, All.Targets[row, t]) ?? All.Targets[row, t]).ToString("G5")));

    /// <summary>What a model has made of its targets, which outputs and losses are then of; null: they are in their own units.</summary>
    public string? Standardised => Schema?.Target is { Means: { } means, Scales: { } scales, Names: var names }
        ? string.Join(", ", names.Select((name, t) => $"({name} − {means[t]:G5}) / {scales[t]:G5}"))
        : null;

    /// <summary>The same of one row's targets.</summary>
    public string StandardisedTarget(int row) => Standardised is null ? "" : string.Join(", ", Enumerable.Range(0, Schema!.Target.Names.Count).Select(t => All.Targets[row, t].ToString("G5")));

    /// <summary>Where each pixel went. Columns of a table that are more, or more than numbers, are no picture.</summary>
    private static ((int Rows, int Columns)? Size, int[] Pixels) ImageOf(SourceRows source, TableSchema? schema, int features)
    {
        int columns = schema?.Columns.Count ?? features;
        (int Rows, int Columns)? size = source.X is { Shape: [_, var down, var across] } ? (down, across)
            : source.Name == "builtin:digits" ? (8, 8)
            : columns == 784 ? (28, 28)
            : null;
        if (size is not { } image || image.Rows * image.Columns != columns || schema?.Columns.All(column => column.FeatureCount <= 1) == false)
        {
            return (null, []);
        }

        int next = 0;
        return (image, [.. Enumerable.Range(0, columns).Select(pixel => schema is null || schema.Columns[pixel].FeatureCount == 1 ? next++ : -1)]);
    }

    private static Dataset<double> Given(Dataset<double> points, int[] features)
    {
        double[] inputs = new double[points.Rows * features.Length];
        for (int row = 0; row < points.Rows; row++)
        {
            PlaneFeatures.Make(features, points.Row(row)[0], points.Row(row)[1], inputs.AsSpan(row * features.Length, features.Length));
        }

        return new(points.Rows, features.Length, inputs, points.Targets);
    }

    private static Dataset<float> Single(Dataset<double> data)
    {
        static float[] ToSingle(ReadOnlySpan<double> values)
        {
            float[] result = new float[values.Length];
            for (int n = 0; n < result.Length; n++)
            {
                result[n] = (float)values[n];
            }

            return result;
        }

        Targets<float> targets = data.Targets.AreClasses
            ? Targets<float>.Classes(data.Targets.ClassIndices.ToArray(), data.Targets.Count)
            : Targets<float>.Values(ToSingle(data.Targets.AllValues), data.Targets.Count);
        return new(data.Rows, data.FeatureCount, ToSingle(data.Features), targets, data.SampleWeights is null ? null : ToSingle(data.SampleWeights));
    }
}
