using System.CommandLine;
using System.CommandLine.Completions;
using Backprop.Data;
using Backprop.Sql;
using Backprop.Tables.Models;

namespace Backprop.Cli.Input;

/// <summary>Arguments and options that several commands have.</summary>
internal sealed class CommonOptions
{
    public Argument<string?> Data { get; } = new("DATA") { HelpName = "DATA", Arity = ArgumentArity.ZeroOrOne, Description = "A table (.csv .tsv .json .jsonl .parquet), IMAGES,LABELS, .npz, X.npy,y.npy, builtin:digits, builtin:iris, or - for CSV on standard input" };

    public Option<string?> Query { get; } = new("--query") { Description = "Rows of one SELECT in the place of DATA, over --database, or without it over table files in the current folder and below", HelpName = "SQL" };

    public Option<string?> Database { get; } = new("--database") { Description = "The DuckDB database that --query reads", HelpName = "FILE" };

    public Option<string?> Target { get; } = new("--target") { Description = "The target column, or several joined by commas (default: y, target, label or class)", HelpName = "COL[,COL…]" };

    public Option<bool> Json { get; } = new("--json") { Description = "Print one line of JSON" };

    public static Option<string> Precision(string fallback)
    {
        var option = new Option<string>("--precision") { Description = "Arithmetic", DefaultValueFactory = _ => fallback };
        option.AcceptOneOf("float", "double");
        return option;
    }

    public void AddTo(Command command)
    {
        AddSourceTo(command);
        command.Add(Json);
    }

    /// <summary>What says where the rows come from.</summary>
    public void AddSourceTo(Command command)
    {
        command.Add(Data);
        command.Add(Query);
        command.Add(Database);
        command.Add(Target);
        Data.CompletionSources.Add(_ => EmbeddedData.Names.Select(name => new CompletionItem($"builtin:{name}")));
    }

    /// <summary>Where the rows come from; nothing is read yet, but a query.</summary>
    public DataSource Source(ParseResult parsed)
    {
        (string? data, string? query, string? database) = (parsed.GetValue(Data), parsed.GetValue(Query), parsed.GetValue(Database));
        return (data, query) switch
        {
            (null, not null) => DataSource.Of("query", (reading, notes) => SqlReader.Read(query, database, notes, reading)),
            (not null, not null) => throw new UsageException("give DATA or --query, not both"),
            _ when database is not null => throw new UsageException("--database needs --query"),
            (null, _) => throw new UsageException("DATA is missing: a file, builtin:digits, builtin:iris, or --query"),
            ("-", _) => DataSource.Csv(Session.Current.Input, "standard input"),
            _ => DataSource.Named(data),
        };
    }

    /// <summary>Whether rows are named at all.</summary>
    public bool NamesRows(ParseResult parsed) => parsed.GetValue(Data) is not null || parsed.GetValue(Query) is not null || parsed.GetValue(Database) is not null;

    public string? Targets(ParseResult parsed) => parsed.GetValue(Target) is var names && names is not null && names.Trim(' ', ',').Length == 0
        ? throw new UsageException("--target names no column")
        : names;
}
