using System.Numerics;
using Backprop.Data;

namespace Backprop.Tables.Schemas;

/// <summary>
/// How a table becomes numbers: what each column is encoded as, and what the targets are. Made once from the training rows, saved in the
/// model file, applied again at prediction. Columns are bound by name.
/// </summary>
/// <param name="Columns">In the order of the network's inputs.</param>
/// <param name="Target">What is predicted.</param>
/// <param name="SampleWeight">The column of sample weights, or null. Rows without the column weigh the same.</param>
public sealed record TableSchema(IReadOnlyList<FeatureColumn> Columns, TargetColumns Target, string? SampleWeight = null)
{
    /// <summary>The network's inputs.</summary>
    public int FeatureCount => Columns.Sum(column => column.FeatureCount);

    /// <summary>The features' names.</summary>
    public IReadOnlyList<string> FeatureNames => [.. Columns.SelectMany(column => column.FeatureNames)];

    /// <summary>Makes numbers of a table.</summary>
    /// <param name="table">Columns in any order; more than the schema knows are passed over.</param>
    /// <param name="needTargets">Whether a missing target is an error; otherwise the data set may have none.</param>
    /// <param name="asValue">Whether a two-class target becomes one value, 0 or 1.</param>
    /// <exception cref="DataException">A column or a cell that does not fit: which, and what was expected.</exception>
    public Dataset<T> Transform<T>(Table table, bool needTargets, bool asValue = false) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(table);
        int rows = table.Rows, width = FeatureCount, offset = 0;
        if (width == 0)
        {
            throw new DataException($"'{table.Source}': no column is left as a feature");
        }

        if ((long)rows * width > Array.MaxLength)
        {
            throw new DataException($"'{table.Source}': {rows} rows of {width} features are more than one data set holds");
        }

        var features = new T[rows * width];
        foreach (FeatureColumn column in Columns)
        {
            if (column.Kind != FeatureKind.Ignored)
            {
                FeatureEncoder.Write(column, table, Require(table, column.Name), features, width, offset);
                offset += column.FeatureCount;
            }
        }

        bool present = Target.Names.All(name => table.Find(name) is not null);
        Targets<T> targets = needTargets || present ? TargetEncoder.Read<T>(Target, table, asValue) : Targets<T>.None;
        return new(rows, width, features, targets, SampleWeight is null || table.Find(SampleWeight) is null ? null : ReadWeights<T>(table));
    }

    private T[] ReadWeights<T>(Table table) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Column column = Require(table, SampleWeight!);
        var weights = new T[table.Rows];
        for (int row = 0; row < weights.Length; row++)
        {
            double weight = column.Number(row);
            weights[row] = T.CreateTruncating(weight);
            weights[row] = weight >= 0 && T.IsFinite(weights[row])
                ? weights[row]
                : throw new DataException($"'{table.Source}', row {row}, column '{column.Name}': {column.Text(row) ?? "nothing"} found, a sample weight of at least 0 expected");
        }

        return weights;
    }

    internal static Column Require(Table table, string name) => table.Find(name) ??
        throw new DataException($"'{table.Source}': {Suggestion.Unknown("column", name, table.Names).Replace("unknown column", "missing column", StringComparison.Ordinal)}");
}
