using System.CommandLine;
using System.CommandLine.Completions;
using System.Numerics;
using System.Text;
using Backprop.Cli.Output;
using Backprop.Data;
using Backprop.Sql;
using Backprop.Tables.Models;
using Backprop.Tables.Reading;
using Backprop.Tables.Schemas;

namespace Backprop.Cli.Input;

/// <summary>Arguments and options that several commands have.</summary>
internal sealed class CommonOptions
{
    public Argument<string?> Data { get; } = new("DATA") { HelpName = "DATA", Arity = ArgumentArity.ZeroOrOne, Description = "A table (.csv .tsv .json .jsonl .parquet), IMAGES,LABELS, .npz, X.npy,y.npy, builtin:digits, builtin:iris, or - for CSV on standard input" };

    public Option<string?> Query { get; } = new("--query") { Description = "Rows of one SELECT in the place of DATA, over --database, or without it over table files in the current folder and below", HelpName = "SQL" };

    public Option<string?> Database { get; } = new("--database") { Description = "The DuckDB database that --query reads", HelpName = "FILE" };

    public Option<string?> Target { get; } = new("--target") { Description = "The target column, or several joined by commas (default: y, target, label or class)", HelpName = "COL[,COL…]" };

    public Option<string?> Separator { get; } = new("--separator") { Description = "What stands between the cells of text files (default: found from the first lines)", HelpName = "CHAR|tab|space" };

    public Option<string?> Decimal { get; } = new("--decimal") { Description = "The decimal mark of text files: . or , (default: found)", HelpName = "MARK" };

    public Option<string?> Header { get; } = new("--header") { Description = "Whether the first line has the columns' names (default: auto)", HelpName = "yes|no|auto" };

    public Option<string?> Encoding { get; } = new("--encoding") { Description = "The encoding of text files, windows-1252 say (default: UTF-8, or UTF-16 with a mark)", HelpName = "NAME" };

    public Option<string?> Missing { get; } = new("--missing") { Description = "What stands for a missing cell beside nothing at all, joined by commas (default: NA, NaN, null, ? and their like)", HelpName = "LIST" };

    public Option<string?> BadCells { get; } = new("--bad-cells") { Description = "What becomes of a cell that cannot be read as what its column is (default: error)", HelpName = "error|missing" };

    /// <summary>Of commands that need targets.</summary>
    public Option<string?> MissingTarget { get; } = new("--missing-target") { Description = "What becomes of rows without a target (default: error)", HelpName = "error|drop" };

    public Option<bool> Json { get; } = new("--json") { Description = "Print one line of JSON" };

    /// <summary>Those that say where rows come from and how they are read.</summary>
    public IEnumerable<Option> OfSource => [Query, Database, Target, Separator, Decimal, Header, Encoding, Missing, BadCells, MissingTarget];

    public static Option<bool> BatchStatistics() => new("--batch-statistics") { Description = "The rows are one batch, of which batch norms take the statistics, as in training; without it they take the running ones" };

    /// <summary>Of commands that take one network.</summary>
    public static Option<int?> Member(string model = "MODEL") => new("--member") { Description = $"Which network of a {model} that holds several (default: the first)", HelpName = "K" };

    /// <summary>A model of one network; of several the one that is asked for, or the first, which is said.</summary>
    /// <exception cref="UsageException">There is no such network.</exception>
    public static TabularModel<T> OneNetwork<T>(string path, int? member) where T : unmanaged, IBinaryFloatingPointIeee754<T> => OneNetwork<T>(path, member, out _);

    /// <inheritdoc cref="OneNetwork{T}(string, int?)"/>
    /// <param name="path">The model file.</param>
    /// <param name="member">Which is asked for.</param>
    /// <param name="taken">Which it is; null: there is one.</param>
    public static TabularModel<T> OneNetwork<T>(string path, int? member, out int? taken) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        TabularModel<T> model = TabularModel<T>.Load(path);
        if (member is null && model.Members > 1)
        {
            Terminal.Say($"backprop: '{path}' holds {model.Members} networks, the first is taken; --member K takes another");
        }

        taken = model.Members == 1 ? null : member ?? 1;
        return model.Members == 1 && member is null ? model : model.Member(member ?? 1);
    }

    /// <summary>Of commands that predict.</summary>
    public static Option<double?> Coverage(string description) => new("--coverage") { Description = description, HelpName = "PART" };

    public static Option<string> Precision(string fallback)
    {
        var option = new Option<string>("--precision") { Description = "Arithmetic", DefaultValueFactory = _ => fallback };
        option.AcceptOneOf("float", "double");
        return option;
    }

    /// <param name="command">What has them.</param>
    /// <param name="needsTargets">Whether it needs the targets of all rows.</param>
    public void AddTo(Command command, bool needsTargets = true)
    {
        AddSourceTo(command);
        if (needsTargets)
        {
            command.Add(MissingTarget);
            MissingTarget.AcceptOneOf("error", "drop");
        }

        command.Add(Json);
    }

    /// <summary>What says where the rows come from.</summary>
    public void AddSourceTo(Command command)
    {
        command.Add(Data);
        command.Add(Query);
        command.Add(Database);
        command.Add(Target);
        foreach (Option option in new Option[] { Separator, Decimal, Header, Encoding, Missing, BadCells })
        {
            command.Add(option);
        }

        Header.AcceptOneOf("yes", "no", "auto");
        BadCells.AcceptOneOf("error", "missing");
        Data.CompletionSources.Add(_ => EmbeddedData.Names.Select(name => new CompletionItem($"builtin:{name}")));
    }

    /// <summary>Where the rows come from; nothing is read yet, but a query.</summary>
    public DataSource Source(ParseResult parsed)
    {
        (string? data, string? query, string? database) = (parsed.GetValue(Data), parsed.GetValue(Query), parsed.GetValue(Database));
        return (data, query) switch
        {
            (null, not null) => Queried(query, database, Reading(parsed)),
            (not null, not null) => throw new UsageException("give DATA or --query, not both"),
            _ when database is not null => throw new UsageException("--database needs --query"),
            (null, _) => throw new UsageException("DATA is missing: a file, builtin:digits, builtin:iris, or --query"),
            ("-", _) => DataSource.Csv(Session.Current.Input, "standard input", Reading(parsed)),
            _ => DataSource.Named(data, Reading(parsed)),
        };
    }

    private static DataSource Queried(string query, string? database, ReadingOptions reading)
    {
        OptionalParts.RequireQueries();
        return DataSource.Of("query", (options, notes) => SqlReader.Read(query, database, notes, options), reading);
    }

    /// <summary>Whether rows are named at all.</summary>
    public bool NamesRows(ParseResult parsed) => parsed.GetValue(Data) is not null || parsed.GetValue(Query) is not null || parsed.GetValue(Database) is not null;

    /// <summary>How text files are read.</summary>
    /// <exception cref="UsageException">A mark or an encoding that cannot be.</exception>
    public ReadingOptions Reading(ParseResult parsed) => new()
    {
        Separator = parsed.GetValue(Separator) switch
        {
            null => null,
            "tab" or "\\t" => '\t',
            "space" => ' ',
            [var mark] => mark,
            var other => throw new UsageException($"--separator must be one character, tab or space, found '{other}'"),
        },
        Decimal = parsed.GetValue(Decimal) switch
        {
            null => null,
            [('.' or ',') and var mark] => mark,
            var other => throw new UsageException($"--decimal must be . or , found '{other}'"),
        },
        Header = parsed.GetValue(Header) switch { "yes" => true, "no" => false, _ => null },
        Encoding = parsed.GetValue(Encoding) is { } name ? EncodingOf(name) : null,
        Missing = parsed.GetValue(Missing)?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries),
    };

    /// <summary>What becomes of cells that cannot be read.</summary>
    public PredictionOptions Prediction(ParseResult parsed) => new() { BadCells = BadCellsOf(parsed), DropMissingTargets = Drops(parsed) };

    /// <summary>Whether rows without a target are left out.</summary>
    public bool Drops(ParseResult parsed) => parsed.GetValue(MissingTarget) == "drop";

    /// <summary>The same for training.</summary>
    public BadCells BadCellsOf(ParseResult parsed) => parsed.GetValue(BadCells) == "missing" ? Tables.Schemas.BadCells.Missing : Tables.Schemas.BadCells.Refused;

    private static Encoding EncodingOf(string name)
    {
        try
        {
            return CodePagesEncodingProvider.Instance.GetEncoding(name) ?? System.Text.Encoding.GetEncoding(name);
        }
        catch (Exception error) when (error is ArgumentException or NotSupportedException)
        {
            throw new UsageException($"--encoding: unknown encoding '{name}', expected a name such as utf-8, utf-16, windows-1252 or iso-8859-1");
        }
    }

    public string? Targets(ParseResult parsed) => parsed.GetValue(Target);
}
