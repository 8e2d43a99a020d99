using System.IO.Enumeration;
using Backprop.Tables.Cells;

namespace Backprop.Tables.Schemas;

/// <summary>Which columns were named as what.</summary>
internal sealed class ColumnRoles
{
    private readonly Dictionary<string, (FeatureKind Kind, string Option)> _roles = new(StringComparer.Ordinal);
    private readonly TableOptions _options;
    private readonly Dictionary<string, DateForm> _forms = new(StringComparer.Ordinal);

    /// <exception cref="UsageException">A name that no column has, or a column with two roles.</exception>
    public ColumnRoles(Table table, TableOptions options, IReadOnlyCollection<string> others)
    {
        _options = options;
        Add(table, options.Numeric, FeatureKind.Numeric, nameof(options.Numeric), others);
        Add(table, options.Categorical, FeatureKind.Categorical, nameof(options.Categorical), others);
        Add(table, options.Dates, FeatureKind.Date, nameof(options.Dates), others);
        Add(table, options.Ignore, FeatureKind.Ignored, nameof(options.Ignore), others);
        Add(table, options.Ids, FeatureKind.Id, nameof(options.Ids), others);
        if (_roles.FirstOrDefault(role => role.Value.Kind != FeatureKind.Ignored && table.Find(role.Key) is null) is { Key: { } unread } given)
        {
            throw new UsageException($"column '{unread}' is not read, so it cannot be {Word(given.Value.Kind)}") { Settings = [$"{given.Value.Option} = {unread}"] };
        }

        if (!options.Preprocess && _roles.FirstOrDefault(role => role.Value.Kind is FeatureKind.Categorical or FeatureKind.Date) is { Key: { } name } found)
        {
            throw new UsageException($"column '{name}' is named as {Word(found.Value.Kind)}, which takes preprocessing") { Settings = [$"{found.Value.Option} = {name}", "Preprocess = auto"] };
        }
    }

    /// <summary>What a column was named as; null: nothing.</summary>
    public FeatureKind? Of(string name) => _roles.TryGetValue(name, out var role) ? role.Kind : null;

    /// <summary>How many columns of a table are not ignored, whether those that are were read or not.</summary>
    public int Used(Table table) => table.Names.Count(name => Of(name) != FeatureKind.Ignored);

    /// <summary>How its dates are written; null: nobody said.</summary>
    public DateForm? Form(string name) => _forms.GetValueOrDefault(name);

    /// <summary>The columns that a list names: one by its exact name, even with commas; else those between the commas.</summary>
    public static IReadOnlyList<string> Split(Table table, string text) => table.Has(text) ? [text] : Split(text);

    /// <summary>The columns of a file that are not used, so that nothing of them need be read: what is, or may be, the target is read.</summary>
    public static IReadOnlyCollection<string> Unused(IReadOnlyCollection<string> names, TableOptions options, string? target)
    {
        var known = names.ToHashSet(StringComparer.Ordinal);
        var others = (target is not null ? Split(known, target) : options.Targets ?? SchemaInference.DefaultTargets).ToHashSet(StringComparer.Ordinal);
        if (options.SampleWeight is { } weight)
        {
            others.Add(weight);
        }

        if (options.Offset is { } exposure)
        {
            others.Add(exposure);
        }

        return [.. options.Ignore.SelectMany(entry => Split(known, entry)).SelectMany(pattern => Named(names, known, pattern)).Where(name => !others.Contains(name)).Distinct(StringComparer.Ordinal)];
    }

    private static string[] Split(HashSet<string> known, string text) => known.Contains(text) ? [text] : Split(text);

    private static string[] Split(string text) => text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    /// <summary>The columns that a pattern names, which may be one column's name.</summary>
    private static IEnumerable<string> Named(IEnumerable<string> names, HashSet<string> known, string pattern) => known.Contains(pattern) ? [pattern]
        : !pattern.Contains('*', StringComparison.Ordinal) ? []
        : names.Where(name => FileSystemName.MatchesSimpleExpression(pattern.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("?", "\\?", StringComparison.Ordinal), name, ignoreCase: false));

    private void Add(Table table, IReadOnlyList<string> patterns, FeatureKind kind, string option, IReadOnlyCollection<string> others)
    {
        foreach (string entry in patterns.SelectMany(pattern => Split(table, pattern)))
        {
            (string pattern, DateForm? form) = (entry, null);
            if (kind == FeatureKind.Date && !table.Has(entry) && entry.LastIndexOf('=') is > 0 and var at)
            {
                (pattern, form) = (entry[..at], DateForm.Parse(entry[(at + 1)..]));
            }

            foreach (string name in Matches(table, pattern, kind, option, others))
            {
                if (!_roles.TryAdd(name, (kind, option)) && _roles[name].Kind != kind)
                {
                    throw new UsageException($"column '{name}' is named twice, as {Word(_roles[name].Kind)} and as {Word(kind)}") { Settings = [$"{_roles[name].Option} = {name}", $"{option} = {name}"] };
                }

                if (form is not null)
                {
                    _forms[name] = form;
                }
            }
        }
    }

    private static string Word(FeatureKind kind) => kind switch
    {
        FeatureKind.Numeric => "a number",
        FeatureKind.Categorical => "a category",
        FeatureKind.Date => "a date",
        FeatureKind.Id => "an id",
        _ => "ignored",
    };

    private string[] Matches(Table table, string pattern, FeatureKind kind, string option, IReadOnlyCollection<string> others)
    {
        if (table.Has(pattern))
        {
            return !others.Contains(pattern) ? [pattern]
                : throw new UsageException($"column '{pattern}' is {(pattern == _options.Offset ? "the exposure of its row" : pattern == _options.SampleWeight ? "the weight of its row" : "the target")}, which cannot be {Word(kind)} too") { Settings = [$"{option} = {pattern}"] };
        }

        string[] names = [.. table.Names, .. table.Skipped], found = [.. Named(names, [], pattern).Where(name => !others.Contains(name))];
        return found.Length > 0 ? found : throw new UsageException(Suggestion.Unknown("column", pattern, names)) { Settings = [$"{option} = {pattern}"] };
    }
}
