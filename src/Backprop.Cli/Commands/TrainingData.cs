using System.CommandLine;
using System.Globalization;
using System.Numerics;
using Backprop.Cli.Input;
using Backprop.Data;
using Backprop.Networks;
using Backprop.Tables;

namespace Backprop.Cli.Commands;

/// <summary>Reads DATA and divides it into training and validation rows; the schema is made of the training rows alone.</summary>
internal sealed class TrainingData<T>(TrainOptions options, ParseResult parsed, bool recipe, Model<T>? from) where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public (Dataset<T> Training, Dataset<T>? Validation, TableSchema? Schema) Load(DataSource source)
    {
        string text = parsed.GetValue(options.Validation) ?? "0.2";
        bool isFraction = double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double fraction);
        if (isFraction && !(fraction >= 0 && fraction < 1))
        {
            throw new UsageException($"--validation must be a fraction from 0 to below 1, or DATA; found {text}");
        }

        DataSource? second = isFraction ? null : DataSource.Read(text, null, null);
        if (source.Table is null)
        {
            if (parsed.GetValue(options.SampleWeight) is not null)
            {
                throw new UsageException("--sample-weight names a column of a table, the data are arrays");
            }

            bool asValues = parsed.GetValue(options.Task) == "regression";
            int? classes = from is null ? CompleteSoftmax() : from.Network.Definition.Outputs;
            Dataset<T> arrays = DatasetBuilder.OfArrays<T>(source, classes, needTargets: true, asValues);
            return second is null
                ? Split(arrays, fraction, null)
                : (arrays, DatasetBuilder.OfArrays<T>(second, arrays.Targets.AreClasses ? arrays.Targets.Count : null, needTargets: true, asValues), null);
        }

        TableOptions tableOptions = Options(source);
        bool asValue = AsValue();
        TableSchema schema = from?.Schema ?? (from is null ? SchemaInference.Infer(source.Table, tableOptions) : DatasetBuilder.Plain(source, from.Network.Definition, tableOptions.Targets, needTargets: true));
        Dataset<T> all = schema.Transform<T>(source.Table, needTargets: true, asValue);
        if (second is not null)
        {
            return (all, DatasetBuilder.ForModel<T>(second, Shape(all), schema, null, needTargets: true), from is { Schema: null } ? null : schema);
        }

        if (fraction == 0)
        {
            return (all, null, from is { Schema: null } ? null : schema);
        }

        (int[] training, int[] validation) = StratifiedSplit.Split(all.Targets.ClassIndices, all.Rows, fraction, parsed.GetValue(options.Seed));
        if (from is null)
        {
            schema = SchemaInference.Infer(source.Table, tableOptions with { TrainingRows = training });
            all = schema.Transform<T>(source.Table, needTargets: true, asValue);
        }

        return (all.Select(training), all.Select(validation), from is { Schema: null } ? null : schema);
    }

    private (Dataset<T>, Dataset<T>?, TableSchema?) Split(Dataset<T> all, double fraction, TableSchema? schema)
    {
        if (fraction == 0)
        {
            return (all, null, schema);
        }

        (int[] training, int[] validation) = StratifiedSplit.Split(all.Targets.ClassIndices, all.Rows, fraction, parsed.GetValue(options.Seed));
        return (all.Select(training), all.Select(validation), schema);
    }

    /// <summary>A network that says no more than how wide the data are.</summary>
    private static NetworkDefinition Shape(Dataset<T> data) =>
        NetworkDefinition.Parse($"{data.FeatureCount}-{data.Targets.Count}:{(data.Targets.AreClasses && data.Targets.Count > 1 ? "softmax" : "identity")}");

    private TableOptions Options(DataSource source)
    {
        string[]? targets = options.Common.Targets(parsed) ?? (source.DefaultTarget is { } name ? [name] : null);
        bool preprocess = parsed.GetValue(options.Preprocess) == "auto";
        return new()
        {
            Targets = targets,
            Task = Task(source, targets),
            Preprocess = preprocess,
            ScaleTargets = recipe && preprocess,
            SampleWeight = parsed.GetValue(options.SampleWeight),
        };
    }

    /// <summary>Class or value: --task decides; else the output layer or the loss, where they imply it; else the column.</summary>
    private TableTask Task(DataSource source, string[]? targets)
    {
        switch (parsed.GetValue(options.Task))
        {
            case "classification":
                return TableTask.Classification;
            case "regression":
                return TableTask.Regression;
        }

        IReadOnlyList<string> names = SchemaInference.Targets(source.Table!, targets);
        if (names.Count > 1 || source.Table!.Find(names[0])!.Type is ColumnType.Text or ColumnType.Boolean)
        {
            return TableTask.Auto;
        }

        if (CompleteOutput() is { } output)
        {
            return output.Units > 1 && output.Activation.Name is "softmax" or "log_softmax" ? TableTask.Classification
                : output.Units == 1 ? TableTask.Regression
                : LossTask();
        }

        return LossTask();
    }

    private TableTask LossTask() => parsed.GetValue(options.Loss)?.Split(':')[0] switch
    {
        "cross_entropy" or "hinge" => TableTask.Classification,
        null => TableTask.Auto,
        _ => TableTask.Regression,
    };

    /// <summary>A class of two labels becomes 0 or 1 for a network with one output.</summary>
    private bool AsValue() => from?.Network.Definition.TargetCount == 1 || CompleteOutput()?.Units == 1 ||
        (CompleteOutput() is null && from is null && parsed.GetValue(options.Loss) == "binary_cross_entropy");

    private LayerDefinition? CompleteOutput() =>
        parsed.GetValue(options.Network) is { } specification && TrainOptions.ParseNetwork(specification) is (not null, var layers) ? layers[^1] : null;

    private int? CompleteSoftmax() => CompleteOutput() is { Units: > 1 } output ? output.Units : null;
}
