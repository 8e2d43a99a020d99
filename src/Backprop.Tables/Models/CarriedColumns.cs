using System.IO.Enumeration;
using Backprop.Tables.Reading;
using Backprop.Tables.Schemas;

namespace Backprop.Tables.Models;

/// <summary>Columns of the data that stand beside predictions, as they are written.</summary>
internal static class CarriedColumns
{
    /// <summary>How a file is read so that they are there.</summary>
    public static ReadingOptions Reading(ReadingOptions reading, TableSchema schema, PredictionOptions options)
    {
        if (!options.KeepAll && options.Ids.Count == 0 && schema.Ids.Count == 0)
        {
            return reading;
        }

        // A name may be a pattern or a list, which only the file's header can tell.
        bool isOpen = options.KeepAll || options.Ids.Any(name => name.AsSpan().ContainsAny('*', ','));
        Dictionary<string, ColumnReading> columns = new(reading.Columns!.Where(column => column.Value.Kind != ColumnReadingKind.Skip || !isOpen), StringComparer.Ordinal);
        foreach (string name in isOpen ? [] : options.Ids.Concat(schema.Ids))
        {
            columns[name] = columns.TryGetValue(name, out ColumnReading? known) && known.Kind != ColumnReadingKind.Skip ? known : new(ColumnReadingKind.Carried);
        }

        return reading with { Columns = columns, Others = isOpen ? ColumnReadingKind.Carried : reading.Others };
    }

    /// <summary>The columns.</summary>
    /// <exception cref="UsageException">A name that no column has.</exception>
    public static IReadOnlyList<Column> Of(Table? table, TableSchema? schema, PredictionOptions options, Notes? notes)
    {
        string[] ids = [.. schema?.Ids ?? []];
        if (table is null)
        {
            return options.KeepAll || options.Ids.Count > 0
                ? throw new UsageException("columns that are carried over have names, the data are arrays") { Settings = [options.KeepAll ? "Keep" : "Ids"] }
                : [];
        }

        foreach (string lacking in ids.Where(name => table.Find(name) is null))
        {
            notes?.Add(new($"'{table.Source}' has no column '{lacking}', which predictions would carry", IsLoss: true));
        }

        string[] names = options.KeepAll
            ? [.. table.Names]
            : [.. ids.Where(name => table.Find(name) is not null).Concat(options.Ids.SelectMany(entry => Named(table, entry))).Distinct(StringComparer.Ordinal)];
        // Numbers of typed files stay numbers; those of text files stay as they are spelled.
        Table written = table.AsWritten([.. names.Where(name => table.Find(name)!.Format is not null)]);
        // Of files that have types features were read as what the model takes, which may be text where the file has a number or a truth value.
        string[] features = table.Again is null ? [] : [.. names.Where(name => schema?.Columns.Any(column => column.IsFeature && column.Name == name) == true)];
        Table? again = features.Length > 0 ? table.Again!(features) : null;
        return [.. names.Select(name => again?.Find(name) ?? written.Find(name)!)];
    }

    /// <summary>Carried columns in front of predicted ones; where one has the name of a predicted column, it is marked, and that is said.</summary>
    public static IReadOnlyList<Column> Beside(IReadOnlyList<Column> carried, IReadOnlyList<Column> predicted, Notes? notes)
    {
        var taken = carried.Concat(predicted).Select(column => column.Name).ToHashSet(StringComparer.Ordinal);
        var clashing = predicted.Select(column => column.Name).ToHashSet(StringComparer.Ordinal);
        List<Column> all = [];
        foreach (Column column in carried)
        {
            string name = column.Name;
            while (clashing.Contains(column.Name) && taken.Contains(name))
            {
                name += "_given";
            }

            if (name != column.Name)
            {
                taken.Add(name);
                notes?.Add(new($"column '{column.Name}' of the data stands as '{name}' beside what is predicted of it", IsLoss: false) { IsGuess = true });
            }

            all.Add(name == column.Name ? column : column.Named(name));
        }

        return [.. all, .. predicted];
    }

    private static IEnumerable<string> Named(Table table, string entry)
    {
        foreach (string name in table.Find(entry) is not null ? [entry] : entry.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            string[] found = table.Find(name) is not null ? [name]
                : name.Contains('*', StringComparison.Ordinal) ? [.. table.Names.Where(column => FileSystemName.MatchesSimpleExpression(name.Replace("?", "\\?", StringComparison.Ordinal), column, ignoreCase: false))]
                : [];
            foreach (string column in found.Length > 0 ? found : throw new UsageException(Suggestion.Unknown("column", name, [.. table.Names, .. table.Skipped])) { Settings = [$"Ids = {name}"] })
            {
                yield return column;
            }
        }
    }
}
