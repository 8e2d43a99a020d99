using System.CommandLine;
using System.Globalization;
using System.Numerics;
using Backprop.Cli.Input;
using Backprop.Data;
using Backprop.Losses;
using Backprop.Networks;
using Backprop.Tables;
using Backprop.Tables.Schemas;

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

        DataSource? second = isFraction ? null : Decided(DataSource.Read(text, null, null));
        string[]? targets = options.Common.Targets(parsed);
        if (source.Table is null)
        {
            DatasetBuilder.RequireNoTarget(targets);
            if (parsed.GetValue(options.SampleWeight) is not null)
            {
                throw new UsageException("--sample-weight names a column of a table, the data are arrays");
            }
        }

        TableSchema? schema = null;
        Dataset<T> all;
        if (from is not null)
        {
            schema = from.Schema;
            all = from.Rows<T>(source, targets, needTargets: true);
        }
        else if (source.Table is null && (!recipe || !Preprocesses || source.AreScaledBytes == true))
        {
            all = OfArrays(source);
        }
        else
        {
            Table table = source.Table ?? DatasetBuilder.Named(source, ImpliedTask());
            TableOptions tableOptions = Options(table, source.Table is null ? [.. table.Names.Skip(source.X!.Columns)] : targets ?? source.DefaultTargets);
            if (source.Y is { } y && DatasetBuilder.AreClasses(y, tableOptions.Task))
            {
                tableOptions = tableOptions with { Task = TableTask.Classification };
            }

            schema = SchemaInference.Infer(table, tableOptions);
            all = schema.Transform<T>(table, needTargets: true, AsValue);
            if (fraction > 0)
            {
                (int[] learned, int[] held) = Split(all, fraction);
                schema = SchemaInference.Infer(table, tableOptions with { TrainingRows = learned });
                all = schema.Transform<T>(table, needTargets: true, AsValue);
                return (all.Select(learned), all.Select(held), schema);
            }
        }

        if (second is not null)
        {
            return (all, DatasetBuilder.ForModel<T>(second, from?.Network.Definition ?? Shape(all), schema, second.Table is null ? null : targets ?? source.DefaultTargets, needTargets: true), schema);
        }

        if (fraction == 0)
        {
            return (all, null, schema);
        }

        (int[] training, int[] validation) = Split(all, fraction);
        return (all.Select(training), all.Select(validation), schema);
    }

    /// <summary>What becomes of bytes: what the model says that is gone on from, else --preprocess.</summary>
    private DataSource Decided(DataSource source) => from is null ? source.ForTraining(asTheyAre: !Preprocesses) : source.For(from);

    private (int[] Training, int[] Validation) Split(Dataset<T> all, double fraction) => StratifiedSplit.Split(all.Targets.ClassIndices, all.Rows, fraction, parsed.GetValue(options.Seed));

    private bool Preprocesses => parsed.GetValue(options.Preprocess) == "auto";

    private Dataset<T> OfArrays(DataSource source) =>
        DatasetBuilder.OfArrays<T>(source, CompleteOutput() is { Units: > 1 } output ? output.Units : null, needTargets: true, ImpliedTask());

    /// <summary>A network that says no more than how wide the data are.</summary>
    private static NetworkDefinition Shape(Dataset<T> data) =>
        NetworkDefinition.Parse($"{data.FeatureCount}-{data.Targets.Count}:{(data.Targets.AreClasses && data.Targets.Count > 1 ? "softmax" : "identity")}");

    private TableOptions Options(Table table, IReadOnlyList<string>? targets)
    {
        return new()
        {
            Targets = targets,
            Task = Task(table, targets),
            Preprocess = Preprocesses,
            ScaleTargets = recipe && Preprocesses && IsOnTargetScale,
            SampleWeight = parsed.GetValue(options.SampleWeight),
        };
    }

    /// <summary>Counts, probabilities and classes are what they are: a loss of such is never combined with scaled targets.</summary>
    private bool IsOnTargetScale => parsed.GetValue(options.Loss) is not { } loss || Loss.Parse(loss).Meaning.IsOnTargetScale();

    /// <summary>Text, truth values and several columns speak for themselves unless --task decides.</summary>
    private TableTask Task(Table table, IReadOnlyList<string>? targets)
    {
        IReadOnlyList<string> names = SchemaInference.Targets(table, targets);
        bool speaks = names.Count > 1 || table.Find(names[0])!.Type is ColumnType.Text or ColumnType.Boolean;
        return speaks && parsed.GetValue(options.Task) is null ? TableTask.Auto : ImpliedTask();
    }

    /// <summary>Class or value of one target column: --task decides; else the output layer or the loss, where they imply it.</summary>
    private TableTask ImpliedTask()
    {
        string? loss = parsed.GetValue(options.Loss)?.Split(':')[0];
        return parsed.GetValue(options.Task) switch
        {
            "classification" => TableTask.Classification,
            "regression" => TableTask.Regression,
            _ when CompleteOutput() is { } output => output.Units == 1 || loss == "gaussian_nll" ? TableTask.Regression : TableTask.Classification,
            _ => loss switch { "cross_entropy" or "hinge" => TableTask.Classification, null => TableTask.Auto, _ => TableTask.Regression },
        };
    }

    /// <summary>A class of two labels becomes 0 or 1 for a network with one output.</summary>
    private bool AsValue => CompleteOutput() is { } output ? output.Units == 1 : parsed.GetValue(options.Loss) == "binary_cross_entropy";

    private LayerDefinition? CompleteOutput() =>
        parsed.GetValue(options.Network) is { } specification && TrainOptions.ParseNetwork(specification) is (not null, var layers) ? layers[^1] : null;
}
