using System.CommandLine;
using Backprop.Cli.Input;
using Backprop.Cli.Output;
using Backprop.Tables;
using Backprop.Tables.Schemas;
using Spectre.Console;

namespace Backprop.Cli.Commands;

/// <summary><c>data DATA</c>.</summary>
internal static class DataCommand
{
    public static Command Create()
    {
        var common = new CommonOptions();
        var command = new Command("data", "What the columns are, and what training would make of them");
        common.AddTo(command);
        command.SetAction(parsed => Run(common.Source(parsed).ForTraining(), common.Targets(parsed), parsed.GetValue(common.Json)));
        return command;
    }

    private static int Run(DataSource source, string[]? targets, bool json)
    {
        if (source.Table is null)
        {
            DatasetBuilder.RequireNoTarget(targets);
            return Arrays(source, json);
        }

        targets ??= source.DefaultTargets;
        IReadOnlyList<ColumnSummary> columns = ColumnSummary.Of(source.Table);
        TableSchema? schema = null;
        string? why = null;
        try
        {
            schema = SchemaInference.Infer(source.Table, new() { Targets = targets });
        }
        catch (UsageException error) when (targets is null)
        {
            why = error.Message; // without a target there is still much to see
        }

        if (json)
        {
            JsonLine.Print(line =>
            {
                line.WriteNumber("rows", source.Rows);
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
                line.WritePropertyName("schema");
                line.WriteRawValue(schema is null ? "null" : SchemaJson.Write(schema));
            });
            return ExitCode.Done;
        }

        var table = new Spectre.Console.Table().Title(Markup.Escape($"{source.Name}: {source.Rows:N0} rows"));
        foreach (string heading in new[] { "column", "cells", "empty", "different", "least", "mean", "greatest", "in training" })
        {
            table.AddColumn(heading);
        }

        foreach (ColumnSummary column in columns)
        {
            string Number(double value) => double.IsNaN(value) ? "" : $"{value:G5}";
            string use = schema is null ? "" : schema.Target.Names.Contains(column.Name) ? $"target: {SchemaTable.Target(schema.Target)}" : SchemaTable.Becomes(schema.Columns.First(feature => feature.Name == column.Name));
            table.AddRow(Markup.Escape(column.Name), column.Type.ToString().ToLowerInvariant(), $"{column.Missing}", $"{column.Distinct}", Number(column.Minimum), Number(column.Mean), Number(column.Maximum), Markup.Escape(use));
        }

        Terminal.Data.Write(table);
        if (schema?.Target.Kind == TargetKind.Class)
        {
            ColumnSummary target = columns.First(column => column.Name == schema.Target.Names[0]);
            Terminal.Data.WriteLine($"classes: {string.Join(", ", target.Counts.Select(count => $"{count.Key} ({count.Value})"))}");
        }

        if (why is not null)
        {
            Terminal.Say(why);
        }

        return ExitCode.Done;
    }

    private static int Arrays(DataSource source, bool json)
    {
        double minimum = source.X!.Values.Min(), maximum = source.X.Values.Max();
        if (json)
        {
            JsonLine.Print(line =>
            {
                line.WriteNumber("rows", source.Rows);
                line.WriteNumber("features", source.X.Columns);
                line.Number("min", minimum);
                line.Number("max", maximum);
                line.WriteNumber("targets", source.Y?.Columns ?? 0);
                line.WriteBoolean("classes", source.Y is { IsInteger: true, Columns: 1 });
            });
            return ExitCode.Done;
        }

        Console.Out.WriteLine($"{source.Name}: {source.Rows:N0} rows of {source.X.Columns} features, {minimum:G5} to {maximum:G5}");
        if (source.Y is { } y)
        {
            Console.Out.WriteLine(y.IsInteger && y.Columns == 1
                ? $"classes: {string.Join(", ", y.Values.GroupBy(value => value).OrderBy(group => group.Key).Take(20).Select(group => $"{group.Key} ({group.Count()})"))}"
                : $"{y.Columns} target values in a row");
        }

        return ExitCode.Done;
    }
}
