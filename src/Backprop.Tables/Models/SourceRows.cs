using Backprop.Data;
using Backprop.Tables.Schemas;

namespace Backprop.Tables.Models;

/// <summary>The rows of a source: a table, or arrays of numbers.</summary>
public sealed record SourceRows
{
    private NumericArray? _x;
    private bool _isDecided;

    internal SourceRows(string name, Table table, IReadOnlyList<string>? defaultTargets) => (Name, Table, DefaultTargets, _isDecided) = (name, table, defaultTargets, true);

    internal SourceRows(string name, NumericArray x, NumericArray? y) => (Name, _x, Y, _isDecided) = (name, x, y, !x.IsBytes);

    /// <summary>For messages.</summary>
    public string Name { get; }

    /// <summary>A table; null: arrays.</summary>
    public Table? Table { get; internal init; }

    /// <summary>[Rows×Features], where there is no table.</summary>
    /// <exception cref="InvalidOperationException">They are bytes, and neither <see cref="ForTraining"/> nor a model has said what becomes of them.</exception>
    public NumericArray? X => _isDecided ? _x : throw new InvalidOperationException("nobody has said whether bytes are scaled");

    /// <summary>The targets beside <see cref="X"/>, or null.</summary>
    public NumericArray? Y { get; internal init; }

    /// <summary>The target column of built-in data.</summary>
    public IReadOnlyList<string>? DefaultTargets { get; internal init; }

    /// <summary>How many they are.</summary>
    public int Count => Table?.Rows ?? _x!.Rows;

    /// <summary>Whether the features are bytes, divided by 255; null: they are no bytes.</summary>
    public bool? AreScaledBytes { get; private init; }

    /// <summary>The same to be learned from: bytes are pixels, 0 … 1, unless they are to be taken as they are; those of IDX files always.</summary>
    /// <param name="asTheyAre">Whether bytes are numbers like others.</param>
    /// <param name="notes">Where to say what was decided.</param>
    public SourceRows ForTraining(bool asTheyAre = false, Notes? notes = null)
    {
        if (_x is { IsBytes: true, IsPixels: false } && !_isDecided && !asTheyAre)
        {
            notes?.Add(new($"'{_x.Source}' holds bytes: they are taken for pixels and scaled to 0 … 1, as those of IDX files are", IsLoss: false, "Preprocess = false"));
        }

        return Decided(_x?.IsPixels == true || !asTheyAre);
    }

    /// <summary>What training would make of the columns, and of the target.</summary>
    /// <param name="options">What it is told.</param>
    /// <param name="notes">What is guessed goes here.</param>
    /// <exception cref="DataException">A column that cannot be used, or arrays without targets.</exception>
    /// <exception cref="UsageException">A column that does not exist, or no target can be told.</exception>
    public TableSchema InferSchema(TrainingOptions options, Notes? notes = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        return new RowEncoding(this, options, scaleTargets: true, notes).InferSchema(null, notes);
    }

    /// <summary>The same for a model: bytes become what they became when it was trained, whatever file they stand in.</summary>
    internal SourceRows For(bool? takesScaledBytes) => Decided(takesScaledBytes ?? _x?.IsPixels == true);

    /// <summary>Arrays without the rows that have no target, which are counted.</summary>
    internal SourceRows WithArrayTargets(Notes? notes)
    {
        if (_x is null || Y is not { } y)
        {
            return this;
        }

        int[] kept = [.. Enumerable.Range(0, y.Rows).Where(row => !y.Values.AsSpan(row * y.Columns, y.Columns).ContainsAnyExceptInRange(double.NegativeInfinity, double.PositiveInfinity))];
        if (kept.Length == 0 || kept.Length == y.Rows)
        {
            return this; // that there is none is said when they are read
        }

        int first = Enumerable.Range(0, kept.Length).FirstOrDefault(n => kept[n] != n, kept.Length);
        notes?.Add(new($"'{Name}': {y.Rows - kept.Length} of {y.Rows} rows are left out, they have no target; the first is row {first}", IsLoss: true, "MissingTarget = drop"));
        return this with { _x = Select(_x, kept), Y = Select(y, kept) };
    }

    /// <summary>Some of the rows.</summary>
    internal SourceRows Select(int[] rows) => Table is { } table ? this with { Table = table.Select(rows) } : this with { _x = Select(_x!, rows), Y = Y is null ? null : Select(Y, rows) };

    private static NumericArray Select(NumericArray array, int[] rows) => array with
    {
        Shape = [rows.Length, .. array.Shape.Skip(1)],
        Values = [.. rows.SelectMany(row => new ArraySegment<double>(array.Values, row * array.Columns, array.Columns))],
    };

    private SourceRows Decided(bool scaled)
    {
        if (_isDecided)
        {
            return this;
        }

        NumericArray x = scaled ? _x! with { Values = Array.ConvertAll(_x.Values, value => value / 255) } : _x!; // a copy: the array is the caller's
        return this with { _x = x, _isDecided = true, AreScaledBytes = scaled };
    }
}
