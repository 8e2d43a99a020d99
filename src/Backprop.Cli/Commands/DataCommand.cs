using System.CommandLine;
using Backprop.Cli.Input;
using Backprop.Cli.Output;
using Backprop.Tables;
using Backprop.Tables.Models;
using Backprop.Tables.Schemas;
using Spectre.Console;

namespace Backprop.Cli.Commands;

/// <summary><c>data DATA</c>.</summary>
internal static class DataCommand
{
    public static Command Create()
    {
        CommonOptions common = new();
        RoleOptions roles = new(common);
        var command = new Command("data", "What the columns are, and what training would make of them");
        common.AddTo(command);
        roles.AddTo(command);
        command.SetAction(parsed => Run(common.Source(parsed), new() { Target = common.Targets(parsed), Columns = roles.Of(parsed), Reading = common.Reading(parsed), BadCells = common.BadCellsOf(parsed) }, parsed.GetValue(common.Json)));
        return command;
    }

    private static int Run(DataSource data, TrainingOptions options, bool json)
    {
        (SourceRows source, TableSchema? schema, string? why) = NoteLines.Of(notes => Look(data, options, notes), quiet: json);
        if (source.Table is null)
        {
            return Arrays(source, schema?.Target, json);
        }

        IReadOnlyList<ColumnSummary> columns = ColumnSummary.Of(source.Table, schema);
        if (json)
        {
            JsonLine.Print(line =>
            {
                line.WriteNumber("rows", source.Count);
                line.WriteStartArray("columns");
                foreach (ColumnSummary column in columns)
                {
                    line.WriteStartObject();
                    line.WriteString("name", column.Name);
                    line.WriteString("type", column.Type.ToString().ToLowerInvariant());
                    line.WriteNumber("missing", column.Missing);
                    line.WriteNumber("distinct", column.Distinct);
                    line.Number("min", column.Minimum);
                    line.Number("max", column.Maximum);
                    line.Number("mean", column.Mean);
                    line.WriteEndObject();
                }

                line.WriteEndArray();
                line.Schema(schema);
                line.Warnings();
            });
            return ExitCode.Done;
        }

        var table = new Spectre.Console.Table().Title(Markup.Escape($"{source.Name}: {source.Count:N0} rows"));
        foreach (string heading in new[] { "column", "cells", "empty", "different", "least", "mean", "greatest", "in training" })
        {
            table.AddColumn(heading);
        }

        var features = schema?.Columns.ToDictionary(feature => feature.Name, StringComparer.Ordinal);
        foreach (ColumnSummary column in columns)
        {
            string Number(double value) => double.IsNaN(value) ? "" : $"{value:G5}";
            string use = schema is null ? "" : schema.Target.Names.Contains(column.Name) ? $"target: {SchemaTable.Target(schema.Target)}" : features!.TryGetValue(column.Name, out FeatureColumn? feature) ? SchemaTable.Becomes(feature) : column.Name == schema.Offset ? "exposure" : "sample weight";
            table.AddRow(Markup.Escape(column.Name), column.Type.ToString().ToLowerInvariant(), $"{column.Missing}", $"{column.Distinct}", Number(column.Minimum), Number(column.Mean), Number(column.Maximum), Markup.Escape(use));
        }

        foreach (string name in source.Table.Skipped)
        {
            table.AddRow(Markup.Escape(name), "not read", "", "", "", "", "", Markup.Escape(schema is null ? "" : SchemaTable.Becomes(schema.Columns.First(feature => feature.Name == name))));
        }

        Terminal.Data.Write(table);
        if (schema?.Target.Kind == TargetKind.Class)
        {
            ColumnSummary classes = columns.First(column => column.Name == schema.Target.Names[0]);
            Terminal.Data.WriteLine($"classes: {string.Join(", ", classes.Counts.Select(count => $"{count.Key} ({count.Value})"))}");
        }

        if (why is not null)
        {
            Terminal.Say(why);
        }

        return ExitCode.Done;
    }

    /// <summary>The rows and what training would make of them; or why nothing is known of that, where without a target there is still much to see.</summary>
    private static (SourceRows Rows, TableSchema? Schema, string? Why) Look(DataSource data, TrainingOptions options, Notes notes)
    {
        SourceRows source = data.Read(options, notes);
        try
        {
            return (source, source.InferSchema(options, notes), null);
        }
        catch (UsageException error) when (options.Target is null && options.Columns is { Numeric: [], Categorical: [], Dates: [], Ignore: [], Ids: [], SampleWeight: null, Task: TableTask.Auto })
        {
            return (source, null, OptionNames.With(error.Message, error.Settings));
        }
    }

    private static int Arrays(SourceRows source, TargetColumns? target, bool json)
    {
        double minimum = source.X!.Values.Min(), maximum = source.X.Values.Max();
        if (json)
        {
            JsonLine.Print(line =>
            {
                line.WriteNumber("rows", source.Count);
                line.WriteNumber("features", source.X.Columns);
                line.Number("min", minimum);
                line.Number("max", maximum);
                line.WriteNumber("targets", source.Y?.Columns ?? 0);
                line.WriteBoolean("classes", target?.Kind == TargetKind.Class);
            });
            return ExitCode.Done;
        }

        Terminal.Out.WriteLine($"{source.Name}: {source.Count:N0} rows of {source.X.Columns} features, {minimum:G5} to {maximum:G5}");
        if (source.Y is { } y)
        {
            Terminal.Out.WriteLine(target?.Kind == TargetKind.Class
                ? $"classes: {string.Join(", ", y.Values.GroupBy(value => value).OrderBy(group => group.Key).Take(20).Select(group => $"{group.Key} ({group.Count()})"))}"
                : $"{y.Columns} target values in a row");
        }

        return ExitCode.Done;
    }
}
