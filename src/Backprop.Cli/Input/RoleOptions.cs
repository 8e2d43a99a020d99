using System.CommandLine;
using Backprop.Tables.Schemas;

namespace Backprop.Cli.Input;

/// <summary>What columns are, where training does not decide it.</summary>
internal sealed class RoleOptions(CommonOptions common)
{
    private readonly Option<string?> _numeric = Columns("--numeric", "Columns that are numbers, whatever they are called and however they count");

    private readonly Option<string?> _categorical = Columns("--categorical", "Columns that are categories, numbers too");

    private readonly Option<string?> _date = Columns("--date", "Columns that are dates; COL=d/m/y says how they are written");

    private readonly Option<string?> _ignore = Columns("--ignore", "Columns that are not used");

    private readonly Option<string?> _id = Columns("--id", "Columns that are not used, but carried into predictions");

    private readonly Option<string?> _task = new("--task") { Description = "Whether the target is a class or a value" };

    private readonly Option<string> _preprocess = new("--preprocess") { Description = "auto: standardise, encode, impute; none: numbers as they are", DefaultValueFactory = _ => "auto" };

    private readonly Option<int?> _bins = new("--bins") { Description = "Pieces that columns of numbers are cut into, for a feature of each beside the number; the recipe cuts into 8 for classes, 24 to 48 for values, 0: none", HelpName = "N" };

    private readonly Option<string?> _sampleWeight = new("--sample-weight") { Description = "The column of sample weights", HelpName = "COL" };

    private readonly Option<string?> _offset = new("--offset") { Description = "The column of exposures above 0 (years, kilometres, people) of a target that counts: what is learned is the rate of one (poisson)", HelpName = "COL" };

    public void AddTo(Command command)
    {
        foreach (Option option in new Option[] { _numeric, _categorical, _date, _ignore, _id, _task, _preprocess, _bins, _sampleWeight, _offset })
        {
            command.Add(option);
        }

        _task.AcceptOneOf("classification", "regression");
        _preprocess.AcceptOneOf("auto", "none");
    }

    public TableOptions Of(ParseResult parsed) => new()
    {
        Numeric = List(parsed, _numeric),
        Categorical = List(parsed, _categorical),
        Dates = List(parsed, _date),
        Ignore = List(parsed, _ignore),
        Ids = List(parsed, _id),
        Task = parsed.GetValue(_task) switch { "classification" => TableTask.Classification, "regression" => TableTask.Regression, _ => TableTask.Auto },
        Preprocess = parsed.GetValue(_preprocess) == "auto",
        Bins = parsed.GetValue(_bins),
        SampleWeight = parsed.GetValue(_sampleWeight),
        Offset = parsed.GetValue(_offset),
        DropMissingTargets = common.Drops(parsed),
    };

    /// <summary>The whole text: where it has commas only the table can tell whether it is one name or several.</summary>
    private static string[] List(ParseResult parsed, Option<string?> option) => parsed.GetValue(option) is { } text ? [text] : [];

    private static Option<string?> Columns(string name, string description) => new(name) { Description = description + " (* stands for any characters)", HelpName = "COL[,COL…]" };
}
