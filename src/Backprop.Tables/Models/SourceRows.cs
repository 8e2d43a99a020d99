using Backprop.Data;
using Backprop.Tables.Schemas;

namespace Backprop.Tables.Models;

/// <summary>The rows of a source: a table, or arrays of numbers.</summary>
public sealed record SourceRows
{
    private readonly NumericArray? _x;
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

    private SourceRows Decided(bool scaled)
    {
        if (_isDecided)
        {
            return this;
        }

        for (int n = 0; scaled && n < _x!.Values.Length; n++)
        {
            _x.Values[n] /= 255; // in place: nobody else has the array, and it may be large
        }

        return this with { _isDecided = true, AreScaledBytes = scaled };
    }
}
