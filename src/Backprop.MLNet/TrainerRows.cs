using System.Globalization;
using Backprop.Tables;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Backprop.MLNet;

/// <summary>The rows of a view as a table: a column for each feature, the label, the weights.</summary>
/// <param name="Table">The rows that have a label.</param>
/// <param name="Labels">How their labels were read.</param>
internal sealed record TrainerRows(Table Table, LabelReader Labels)
{
    /// <summary>What features are not called.</summary>
    public const string Target = "(label)", Weight = "(weight)";

    public static TrainerRows Read(IDataView input, TrainerTask task, string label, string features, string? weight, Notes notes)
    {
        DataViewSchema.Column featureColumn = input.Schema[features], labelColumn = input.Schema[label];
        int count = featureColumn.Type is VectorDataViewType { IsKnownSize: true, ItemType.RawType: { } item } vector && item == typeof(float) ? vector.Size
            : throw new DataException($"column '{features}': {featureColumn.Type} found, a vector of Single of known size expected");
        if (weight is not null && input.Schema[weight].Type != NumberDataViewType.Single)
        {
            throw new DataException($"column '{weight}': {input.Schema[weight].Type} found, weights of Single expected");
        }

        if (!task.Takes(labelColumn.Type))
        {
            throw new DataException($"column '{label}': {labelColumn.Type} found, {task.LabelType} expected");
        }

        LabelReader labels = task.Read(labelColumn);
        List<double>[] numbers = [.. Enumerable.Range(0, count).Select(_ => new List<double>())];
        List<double> weights = [];
        DataViewSchema.Column[] wanted = [featureColumn, labelColumn, .. weight is null ? Array.Empty<DataViewSchema.Column>() : [input.Schema[weight]]];
        using DataViewRowCursor row = input.GetRowCursor(wanted);
        ValueGetter<VBuffer<float>> get = row.GetGetter<VBuffer<float>>(featureColumn);
        ValueGetter<float>? getWeight = weight is null ? null : row.GetGetter<float>(wanted[2]);
        labels.Begin(row);
        VBuffer<float> values = default;
        float one = 1;
        int without = 0;
        while (row.MoveNext())
        {
            if (!labels.Take())
            {
                without++;
                continue;
            }

            get(ref values);
            foreach ((int n, float value) in values.Items(all: true))
            {
                numbers[n].Add(value);
            }

            getWeight?.Invoke(ref one);
            weights.Add(one);
        }

        if (without > 0)
        {
            notes.Add(new(string.Create(CultureInfo.InvariantCulture, $"column '{label}': {without} rows have no label and are left out"), IsLoss: true));
        }

        string[] names = Names(featureColumn, count);
        var table = new Table("rows of ML.NET", [.. numbers.Select((column, n) => new Column(names[n], ColumnType.Real, [.. column])), labels.Column(Target), .. weight is null ? Array.Empty<Column>() : [new Column(Weight, ColumnType.Real, [.. weights])]]);
        RequireClasses(table, labels, label, notes);
        return new(table, labels);
    }

    /// <summary>As the slots are called, or by number where that does not tell them apart.</summary>
    private static string[] Names(DataViewSchema.Column features, int count)
    {
        VBuffer<ReadOnlyMemory<char>> slots = default;
        if (features.HasSlotNames())
        {
            features.GetSlotNames(ref slots);
        }

        string[] names = [.. slots.DenseValues().Select(name => name.ToString())];
        return names.Length == count && names.All(name => !string.IsNullOrWhiteSpace(name) && name is not (Target or Weight)) && names.Distinct(StringComparer.Ordinal).Count() == count
            ? names
            : [.. Enumerable.Range(0, count).Select(n => string.Create(CultureInfo.InvariantCulture, $"{features.Name}[{n}]"))];
    }

    private static void RequireClasses(Table table, LabelReader labels, string label, Notes notes)
    {
        if (labels.Labels is { } all)
        {
            var known = table.Find(Target)!.Codes.ToArray().ToHashSet();
            string[] unknown = [.. all.Where((_, n) => !known.Contains(n))];
            if (known.Count < 2)
            {
                throw new DataException($"column '{label}': {(known.Count == 0 ? "no row has a label" : $"every row is {all[known.Single()]}")}, two classes at least expected");
            }

            if (unknown.Length > 0)
            {
                notes.Add(new($"column '{label}': no row is {string.Join(" or ", unknown.Take(5))}{(unknown.Length > 5 ? ", …" : "")}, of which the score is 0 always", IsLoss: false));
            }
        }
    }
}
