using System.Globalization;
using Backprop.Tables;
using Backprop.Tables.Cells;
using Backprop.Tables.Reading;
using Backprop.Tables.Schemas;

namespace Backprop.Onnx.Graphs;

/// <summary>From columns to features [N×Features], as the schema makes them: all columns of numbers together, those of text one by one.</summary>
internal sealed class FeatureGraph
{
    private readonly GraphBuilder _graph;
    private readonly TableSchema _schema;
    private readonly MissingCells _missing;
    private readonly Notes? _notes;
    private readonly List<string> _blocks = [], _doubts = [];
    private readonly List<int> _places = []; // where each column of the blocks stands among the features

    public FeatureGraph(GraphBuilder graph, TableSchema schema, string? vector, Notes? notes)
    {
        (_graph, _schema, _missing, _notes) = (graph, schema, new(schema.Missing), notes);
        List<(FeatureColumn Column, int First, string Input)> used = [];
        if (vector is not null)
        {
            RequireNumbers(schema);
            graph.Input(new(vector, ElementType.Float, schema.Columns.Count, "the columns, side by side, those that the model does not use among them; NaN: missing"));
        }

        int first = 0;
        foreach ((int n, FeatureColumn column) in schema.Columns.Index().Where(column => column.Item.IsFeature))
        {
            OnnxValue input = Describe(column);
            used.Add((column, first, vector is null ? graph.Input(input) : graph.Columns(vector, [n])));
            first += column.FeatureCount;
        }

        if (schema.Offset is { } offset)
        {
            string given = graph.Input(new(offset, ElementType.Float, 1, "how much the row is exposed, above 0"));
            Exposure = graph.Add("Where", IsMissing(given), graph.Float(double.NaN), given);
        }

        NoteSpellings([.. used.Select(one => one.Column).Where(column => column.Kind != FeatureKind.Numeric)]);

        Numbers([.. used.Where(one => one.Column.Kind == FeatureKind.Numeric)]);
        Categories([.. used.Where(one => one.Column.Kind == FeatureKind.Categorical)]);
        foreach ((FeatureColumn column, int at, string input) in used.Where(one => one.Column.Kind is FeatureKind.Boolean or FeatureKind.Date))
        {
            Looked(column.Kind == FeatureKind.Boolean ? TextEncoding.OfBooleans(column, schema) : TextEncoding.OfDays(column, schema), column, at, input);
        }

        string all = graph.Concat(_blocks);
        int[] order = new int[_places.Count];
        for (int n = 0; n < order.Length; n++)
        {
            order[_places[n]] = n;
        }

        Features = order.Select((place, n) => place == n).All(isThere => isThere) ? all : graph.Columns(all, order);
        Doubt = _doubts.Count == 0 ? null : _doubts.Aggregate((sum, doubt) => graph.Add("Add", sum, doubt));
    }

    /// <summary>The features, in float.</summary>
    public string Features { get; }

    /// <summary>The exposures [N×1], in float, NaN where one is missing; null: the model takes none.</summary>
    public string? Exposure { get; }

    /// <summary>[N×1]: 0, or NaN where a cell is not what its column is; null: every cell is something.</summary>
    public string? Doubt { get; }

    /// <exception cref="ModelException">One is none.</exception>
    private static void RequireNumbers(TableSchema schema)
    {
        if (schema.Columns.FirstOrDefault(column => column is { IsFeature: true, Kind: not FeatureKind.Numeric }) is { } other)
        {
            throw new ModelException($"column '{other.Name}' is {other.Kind.ToString().ToLowerInvariant()}: one input for all columns takes numbers");
        }

        if (schema.Offset is { } offset)
        {
            throw new ModelException($"exposures are in column '{offset}', beside the features: one input for all columns has no room for them");
        }
    }

    private OnnxValue Describe(FeatureColumn column)
    {
        if (column.Kind == FeatureKind.Numeric)
        {
            NoteDigits(column);
            return new(column.Name, ElementType.Float, 1, double.IsNaN(column.Imputed) ? "a number" : "a number; NaN: missing");
        }

        if (column.Kind == FeatureKind.Date && column.Parts.HasFlag(DateParts.Hour))
        {
            throw new ModelException($"column '{column.Name}': a date with a time of the day, which no operator of ONNX {OnnxExport.Operators} reads from text; train without it (--ignore), with days alone, or export the network alone (--bare)");
        }

        if (column.Kind == FeatureKind.Date)
        {
            _notes?.Add(new($"column '{column.Name}': days are taken as 2025-12-31 and in no other form, those from 1900 to 2100 and of training's range", IsLoss: true));
        }

        return new(column.Name, ElementType.String, 1, column.Kind switch
        {
            FeatureKind.Boolean => "true or false; empty: missing",
            FeatureKind.Date => "a day as 2025-12-31; empty: missing",
            _ => string.Create(CultureInfo.InvariantCulture, $"one of {column.Categories!.Count} categories, or another{(column.SharesRare ? ", which is a rare one" : "")}; empty: missing"),
        });
    }

    /// <summary>A float has 24 bits: of large numbers that lie close together less is left than the network sees.</summary>
    private void NoteDigits(FeatureColumn column)
    {
        double greatest = Math.Max(Math.Abs(column.Minimum), Math.Abs(column.Maximum)), lost = greatest / (1 << 25) / column.Scale;
        if (lost > 1e-5)
        {
            _notes?.Add(new(string.Create(CultureInfo.InvariantCulture, $"column '{column.Name}': numbers up to {greatest:G6} are rounded to float by up to {lost:G2} of the {column.Scale:G6} that they are scaled by"), IsLoss: true));
        }
    }

    /// <summary>predict takes -999 for a missing cell as -9.99e2 too, which in a text is not listed.</summary>
    private void NoteSpellings(FeatureColumn[] texts)
    {
        if (texts.Length > 0 && _missing.HasNumbers)
        {
            _notes?.Add(new($"column{(texts.Length > 1 ? "s" : "")} {string.Join(", ", texts.Take(5).Select(column => $"'{column.Name}'"))}{(texts.Length > 5 ? $", … ({texts.Length})" : "")}: numbers that stand for a missing cell are taken as {string.Join(", ", TextEncoding.MissingTexts(_missing).Where(text => NumberFormat.Plain.TryParse(text, out _)))} and in no other form", IsLoss: true));
        }
    }

    /// <summary>NaN, and numbers that stand for a missing one.</summary>
    private string IsMissing(string numbers) => _missing.Numbers.Aggregate(_graph.Add("IsNaN", numbers), (isMissing, marker) => _graph.Add("Or", isMissing, _graph.Add("Equal", numbers, _graph.Float(marker))));

    private void Numbers((FeatureColumn Column, int First, string Input)[] used)
    {
        if (used.Length == 0)
        {
            return;
        }

        FeatureColumn[] columns = Array.ConvertAll(used, one => one.Column);
        string raw = _graph.Concat(Array.ConvertAll(used, one => one.Input)), isMissing = IsMissing(raw);
        string v = _graph.Add("Where", isMissing, Doubles(columns, column => column.Imputed), _graph.Cast(raw, ElementType.Double));
        NoteDoubt(v);
        string x = v;
        if (columns.Any(column => column.IsBounded))
        {
            string atLeast = _graph.Add("Max", v, Doubles(columns, column => column.IsBounded ? column.Minimum : double.NegativeInfinity));
            x = _graph.Add("Min", atLeast, Doubles(columns, column => column.IsBounded ? column.Maximum : double.PositiveInfinity));
        }

        x = _graph.Add("Div", _graph.Add("Sub", x, Doubles(columns, column => column.Mean)), Doubles(columns, column => column.Scale));
        int[] whole = [.. Enumerable.Range(0, used.Length).Where(n => !columns[n].IsFlagOnly)];
        if (whole.Length > 0)
        {
            Block(_graph.Cast(whole.Length == used.Length ? x : _graph.Columns(x, whole), ElementType.Float), whole.Select(n => used[n].First));
        }

        (int Column, int Piece)[] pieces = [.. whole.SelectMany(n => Enumerable.Range(0, Math.Max(0, (columns[n].Edges?.Count ?? 0) - 1)).Select(piece => (n, piece)))];
        if (pieces.Length > 0)
        {
            double Edge(int n, int piece) => columns[n].Edges![piece];
            string from = _graph.Add("Sub", _graph.Columns(v, [.. pieces.Select(piece => piece.Column)]), _graph.Doubles([.. pieces.Select(piece => Edge(piece.Column, piece.Piece))]));
            string through = _graph.Add("Div", from, _graph.Doubles([.. pieces.Select(piece => Edge(piece.Column, piece.Piece + 1) - Edge(piece.Column, piece.Piece))]));
            Block(_graph.Cast(_graph.Add("Clip", through, _graph.Double(0), _graph.Double(1)), ElementType.Float), pieces.Select(piece => used[piece.Column].First + 1 + piece.Piece));
        }

        int[] flagged = [.. Enumerable.Range(0, used.Length).Where(n => columns[n].FlagsMissing)];
        if (flagged.Length > 0)
        {
            Block(_graph.Cast(_graph.Columns(isMissing, flagged), ElementType.Float), flagged.Select(n => used[n].First + columns[n].FeatureCount - 1));
        }
    }

    /// <summary>One-hot: the place of each text, and which features are of it.</summary>
    private void Categories((FeatureColumn Column, int First, string Input)[] used)
    {
        if (used.Length == 0)
        {
            return;
        }

        string places = _graph.Concat(Array.ConvertAll(used, one => _graph.LabelEncoder(one.Input, TextEncoding.PlacesOfCategories(one.Column, _schema, out int other), other)));
        (int Column, int Place)[] features = [.. used.SelectMany((one, n) => Enumerable.Range(0, one.Column.FeatureCount).Select(place => (n, place)))];
        string each = _graph.Columns(places, [.. features.Select(feature => feature.Column)]);
        string isThere = _graph.Add("Equal", each, _graph.Longs([.. features.Select(feature => feature.Place)]));
        Block(_graph.Cast(isThere, ElementType.Float), features.Select(feature => used[feature.Column].First + feature.Place));
    }

    /// <summary>The row of a table for each text, the last, all NaN, for what is none of them.</summary>
    private void Looked(TextEncoding encoding, FeatureColumn column, int first, string input)
    {
        int width = column.FeatureCount, rows = encoding.Table.Count;
        float[] table = [.. encoding.Table.SelectMany(row => row), .. Enumerable.Repeat(float.NaN, width)];
        string place = _graph.Add("Reshape", _graph.LabelEncoder(input, encoding.Rows, rows), _graph.Longs([-1L]));
        string features = _graph.Add("Gather", _graph.Floats(table, [rows + 1, width]), place);
        NoteDoubt(_graph.Cast(features, ElementType.Double));
        Block(features, Enumerable.Range(first, width));
    }

    private void Block(string block, IEnumerable<int> places)
    {
        _blocks.Add(block);
        _places.AddRange(places);
    }

    /// <summary>0 · v is NaN where v is, or is infinite; and so is a sum with it.</summary>
    private void NoteDoubt(string numbers) =>
        _doubts.Add(_graph.Add("ReduceSum", _graph.Add("Mul", numbers, _graph.Double(0)), _graph.Longs([1L])));

    private string Doubles(FeatureColumn[] columns, Func<FeatureColumn, double> number) => _graph.Doubles([.. columns.Select(number)]);
}
