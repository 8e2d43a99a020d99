using System.Globalization;
using System.Text;
using Backprop.Tables;
using Backprop.Tables.Cells;
using Backprop.Tables.Reading;
using Backprop.Tables.Schemas;

namespace Backprop.Interchange.CSharp;

/// <summary>The columns of a model: the struct that holds a row, and what makes features of it.</summary>
internal sealed class RowSource
{
    private static readonly string[] s_taken = ["Row", "Read", "ReadNumber", "ReadBoolean", "Odd", "Equals", "GetHashCode", "ToString", "GetType", "ArgumentException", "Finalize", "MemberwiseClone", "ReferenceEquals"];

    private readonly TableSchema _schema;
    private readonly FeatureColumn[] _columns;
    private readonly IReadOnlyDictionary<string, ColumnReading> _reading; // as predict reads a file
    private readonly Dictionary<string, string> _properties = new(StringComparer.Ordinal); // by column

    /// <param name="schema">The schema.</param>
    /// <param name="notes">What is called otherwise goes here.</param>
    public RowSource(TableSchema schema, Notes? notes)
    {
        (_schema, _columns) = (schema, [.. schema.Columns.Where(column => column.IsFeature)]);
        _reading = schema.Reading(null, needTargets: false).Columns!;
        foreach (string column in Names)
        {
            string wanted = CSharpText.Name(column, $"Column{_properties.Count}"), name = wanted;
            for (int more = 2; s_taken.Contains(name) || _properties.ContainsValue(name); more++)
            {
                name = string.Create(CultureInfo.InvariantCulture, $"{wanted}{more}");
            }

            _properties.Add(column, name);
            if (name != wanted)
            {
                notes?.Add(new($"column '{column}': its property is called {name}, {wanted} is {(s_taken.Contains(wanted) ? "another member" : "another column's")}", IsLoss: false));
            }
        }

        foreach (FeatureColumn column in _columns)
        {
            Parts.Add(column.Kind switch { FeatureKind.Numeric => "Numbers", FeatureKind.Boolean => "Booleans", FeatureKind.Date => "Dates", _ => "Categories" });
        }

        if (Parts.Contains("Dates"))
        {
            Parts.Add("Numbers");
        }
    }

    /// <summary>The runtime classes that it calls.</summary>
    public HashSet<string> Parts { get; } = ["Cells", "Texts"];

    /// <summary>The columns, the exposures' last.</summary>
    public IReadOnlyList<string> Names => [.. _columns.Select(column => column.Name), .. _schema.Offset is { } offset ? [offset] : Array.Empty<string>()];

    /// <summary>Whether a row is numbers and nothing else.</summary>
    public bool AreNumbers => _schema.Offset is null && _columns.All(column => column.Kind == FeatureKind.Numeric);

    /// <summary>Whether dates have a place on a circle.</summary>
    public bool HasCircles => _columns.Any(column => column.Kind == FeatureKind.Date);

    /// <summary>The exposure of a row; null: the model takes none.</summary>
    public string? Exposure => _schema.Offset is { } offset ? $"row.{_properties[offset]}" : null;

    /// <summary>The struct.</summary>
    public string Struct()
    {
        var text = new StringBuilder();
        text.Append("    /// <summary>A row: a property for each column. What is not set, or null, is missing.</summary>\n    public struct Row\n    {\n");
        foreach (FeatureColumn column in _columns)
        {
            Property(text, column.Name, Type(column.Kind), Describe(column));
        }

        if (_schema.Offset is { } offset)
        {
            Property(text, offset, "double?", "how much the row is exposed, above 0");
        }

        string[] names = [.. Names];
        text.Append("        /// <summary>Reads a row of cells as a file has them.</summary>\n        /// <param name=\"cells\">A cell for each of <see cref=\"Columns\"/>; what stands for a missing cell, or null, is missing.</param>\n");
        text.Append("        /// <exception cref=\"ArgumentException\">Not as many cells, or one that is not what its column is.</exception>\n        public static Row Read(ReadOnlySpan<string?> cells)\n        {\n");
        text.Append(CultureInfo.InvariantCulture, $"            if (cells.Length != {names.Length})\n            {{\n                throw new ArgumentException($\"{{cells.Length}} cells found, {names.Length} expected\", nameof(cells));\n            }}\n\n            Row row = default;\n");
        for (int n = 0; n < names.Length; n++)
        {
            text.Append(CultureInfo.InvariantCulture, $"            row.{_properties[names[n]]} = {(n < _columns.Length ? Read(_columns[n], n) : ReadNumber(names[n], n, takesBooleans: false))};\n");
        }

        return text.Append("            return row;\n        }\n    }\n").ToString();
    }

    /// <summary>The method that makes features of a row, and what it needs; where rows are numbers, a second one that makes them of these.</summary>
    public string Encoding()
    {
        StringBuilder text = new(), body = new();
        var missing = new MissingCells(_schema.Missing);
        double[] numbers = [.. missing.Numbers];
        text.Append($"    private static readonly string[] s_missing = {{ {string.Join(", ", missing.Markers.Select(CSharpText.Literal))} }};\n");
        text.Append(numbers.Length == 0 ? "    private static readonly double[] s_missingNumbers = Array.Empty<double>();\n\n" : $"    private static readonly double[] s_missingNumbers = {Doubles(numbers)};\n\n");
        List<string> scaled = [];
        int first = 0;
        for (int n = 0; n < _columns.Length; n++)
        {
            FeatureColumn column = _columns[n];
            string cell = $"row.{_properties[column.Name]}";
            int flag = column.FlagsMissing ? first + column.FeatureCount - 1 : -1;
            switch (column.Kind)
            {
                case FeatureKind.Numeric:
                case FeatureKind.Date:
                    body.Append(column.Kind == FeatureKind.Numeric
                        ? $"        EncodeNumber(s_numbers[{scaled.Count}], {cell} ?? double.NaN, x);\n"
                        : $"        EncodeDate(s_numbers[{scaled.Count}], {CSharpText.Literal(column.Date!.Pattern)}, {(int)column.Parts}, {cell}, x);\n");
                    scaled.Add(Scaled(column, first, flag));
                    break;
                case FeatureKind.Boolean:
                    body.Append($"        EncodeBoolean({cell}, {first}, {flag}, x);\n");
                    break;
                default:
                    body.Append($"        EncodeCategory(s_categories{n}, {cell}, x);\n");
                    text.Append($"    private static readonly CategoryColumn s_categories{n} = new CategoryColumn({Categories(column, first, flag)});\n\n");
                    break;
            }

            first += column.FeatureCount;
        }

        if (scaled.Count > 0)
        {
            text.Append($"    private static readonly NumberColumn[] s_numbers =\n    {{\n{string.Concat(scaled.Select(one => $"        {one},\n"))}    }};\n\n");
        }

        text.Append($"    private static void Encode(in Row row, Span<Real> x)\n    {{\n        x.Clear();\n{body}    }}\n");
        if (AreNumbers)
        {
            text.Append("\n    private static void Encode(ReadOnlySpan<double> numbers, Span<Real> x)\n    {\n        x.Clear();\n        for (int n = 0; n < numbers.Length; n++)\n        {\n            EncodeNumber(s_numbers[n], numbers[n], x);\n        }\n    }\n");
        }

        return text.ToString();
    }

    private void Property(StringBuilder text, string column, string type, string meaning) =>
        text.Append($"        /// <summary>{CSharpText.Comment(column)}: {CSharpText.Comment(meaning)}.</summary>\n        public {type} {_properties[column]} {{ get; set; }}\n\n");

    private static string Type(FeatureKind kind) => kind switch { FeatureKind.Numeric => "double?", FeatureKind.Boolean => "bool?", _ => "string?" };

    private static string Describe(FeatureColumn column) => column.Kind switch
    {
        FeatureKind.Numeric => string.Create(CultureInfo.InvariantCulture, $"a number{(column.Format?.Currency == "%" ? ", 12% is 12" : "")}{(column.TakesBooleans ? ", true is 1 and false 0" : "")}{(double.IsNaN(column.Imputed) ? "; it must be there" : "")}{(double.IsNaN(column.Minimum) ? "" : $"; from {column.Minimum:G6} to {column.Maximum:G6} in training")}"),
        FeatureKind.Boolean => "true or false",
        FeatureKind.Date => $"a date as text ({column.Date}, or as ISO 8601)",
        _ => string.Create(CultureInfo.InvariantCulture, $"one of {column.Categories!.Count} texts: {string.Join(", ", column.Categories.Take(8))}{(column.Categories.Count > 8 ? ", …" : "")}; another is {(column.SharesRare ? "a rare one" : "none of them")}"),
    };

    private string Read(FeatureColumn column, int cell) => column.Kind switch
    {
        FeatureKind.Numeric => ReadNumber(column.Name, cell, column.TakesBooleans),
        FeatureKind.Boolean => string.Create(CultureInfo.InvariantCulture, $"ReadBoolean(cells[{cell}], {CSharpText.Literal(column.Name)})"),
        _ => string.Create(CultureInfo.InvariantCulture, $"cells[{cell}]"),
    };

    private string ReadNumber(string column, int cell, bool takesBooleans) =>
        string.Create(CultureInfo.InvariantCulture, $"ReadNumber(cells[{cell}], {CSharpText.Literal(column)}, {Written(_reading[column].Format)}, {(takesBooleans ? "true" : "false")})");

    private static string Written(NumberFormat? format) =>
        $"{CSharpText.Literal(format?.Decimal ?? '.')}, {CSharpText.Literal(format?.Thousands ?? '\0')}, {CSharpText.Literal(format?.Currency)}";

    private static string Scaled(FeatureColumn column, int first, int flag)
    {
        (double low, double high) = column.IsBounded ? (column.Minimum, column.Maximum) : (double.NaN, double.NaN);
        string[] numbers = [.. new[] { column.Mean, column.Scale, column.Imputed, low, high }.Select(number => CSharpText.Literal(number))];
        string edges = column.Edges is { Count: > 1 } some && !column.IsFlagOnly ? $", new double[] {Doubles(some)}" : "";
        return string.Create(CultureInfo.InvariantCulture, $"new NumberColumn({CSharpText.Literal(column.Name)}, {string.Join(", ", numbers)}, {(column.IsFlagOnly ? -1 : first)}, {flag}{edges})");
    }

    /// <summary>By text: as it is, and without blanks around it where that is one category's alone; by number: where it is one category's alone, and a double tells it from its neighbours.</summary>
    private static string Categories(FeatureColumn column, int first, int flag)
    {
        const double InexactIntegers = 9007199254740992; // 2^53
        NumberFormat format = column.Format ?? NumberFormat.Plain;
        var texts = new SortedDictionary<string, int>(StringComparer.Ordinal);
        var numbers = new SortedDictionary<double, int>();
        IReadOnlyList<string> categories = column.Categories!;
        for (int n = 0; n < categories.Count; n++)
        {
            texts.Add(categories[n], first + n);
            if (format.TryParse(categories[n], out double number))
            {
                numbers[number] = numbers.ContainsKey(number) || Math.Abs(number) >= InexactIntegers ? -1 : first + n;
            }
        }

        foreach (IGrouping<string, int> bare in Enumerable.Range(0, categories.Count).Where(n => categories[n].Trim().Length < categories[n].Length).GroupBy(n => categories[n].Trim(), StringComparer.Ordinal))
        {
            if (bare.Count() == 1)
            {
                texts.TryAdd(bare.Key, first + bare.Single());
            }
        }

        int truth = -2, falsehood = -2;
        if (categories.Count == 2 && BooleanText.ArePair(categories))
        {
            bool isFirst = BooleanText.TryParse(categories[0], out bool value) && value;
            (truth, falsehood) = isFirst ? (first, first + 1) : (first + 1, first);
        }

        int other = column.SharesRare ? first + categories.Count : -1;
        return $"new string[] {{ {string.Join(", ", texts.Keys.Select(CSharpText.Literal))} }}, {Ints(texts.Values)}, {(numbers.Count == 0 ? "Array.Empty<double>()" : $"new double[] {Doubles(numbers.Keys)}")}, {Ints(numbers.Values)}, {Written(format)}, {falsehood}, {truth}, {other}, {flag}";
    }

    private static string Ints(IReadOnlyCollection<int> numbers) => numbers.Count == 0 ? "Array.Empty<int>()" : $"new int[] {{ {string.Join(", ", numbers)} }}";

    private static string Doubles(IEnumerable<double> numbers) => $"{{ {string.Join(", ", numbers.Select(number => CSharpText.Literal(number)))} }}";
}
