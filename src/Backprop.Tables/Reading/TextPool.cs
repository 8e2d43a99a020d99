namespace Backprop.Tables.Reading;

/// <summary>
/// The different texts of some columns, in the order in which they are first found, without a string for any: one table for all columns, so that
/// thousands of them cost no more than their cells.
/// </summary>
internal sealed class TextPool
{
    private int[] _buckets = new int[64]; // 1 + the first entry
    private Entry[] _entries = new Entry[48];
    private char[] _characters = new char[1024];
    private int _used;

    /// <summary>The number of entries.</summary>
    public int Count { get; private set; }

    /// <summary>The column of an entry.</summary>
    public int ColumnOf(int entry) => _entries[entry].Column;

    /// <summary>The text of an entry.</summary>
    public ReadOnlySpan<char> TextOf(int entry) => _characters.AsSpan(_entries[entry].Start, _entries[entry].Length);

    /// <summary>The entry of a text in a column, which is new where it was not there yet.</summary>
    public int Add(int column, ReadOnlySpan<char> text)
    {
        uint hash = (uint)string.GetHashCode(text, StringComparison.Ordinal) ^ ((uint)column * 2654435769u);
        for (int n = _buckets[hash & (uint)(_buckets.Length - 1)] - 1; n >= 0; n = _entries[n].Next)
        {
            if (_entries[n].Hash == hash && _entries[n].Column == column && TextOf(n).SequenceEqual(text))
            {
                return n;
            }
        }

        if (Count == _entries.Length)
        {
            Grow();
        }

        if (text.Length > _characters.Length - _used)
        {
            Array.Resize(ref _characters, Math.Max(_used + text.Length, (int)Math.Min(2L * _characters.Length, Array.MaxLength)));
        }

        text.CopyTo(_characters.AsSpan(_used));
        ref int bucket = ref _buckets[hash & (uint)(_buckets.Length - 1)];
        _entries[Count] = new(hash, column, bucket - 1, _used, text.Length);
        _used += text.Length;
        bucket = ++Count;
        return Count - 1;
    }

    private void Grow()
    {
        Array.Resize(ref _entries, 2 * _entries.Length);
        _buckets = new int[2 * _buckets.Length];
        for (int n = 0; n < Count; n++)
        {
            ref int bucket = ref _buckets[_entries[n].Hash & (uint)(_buckets.Length - 1)];
            _entries[n] = _entries[n] with { Next = bucket - 1 };
            bucket = n + 1;
        }
    }

    /// <param name="Hash">Of text and column.</param>
    /// <param name="Column">The column.</param>
    /// <param name="Next">Another entry of the same bucket; −1: there is none.</param>
    /// <param name="Start">Where its text begins.</param>
    /// <param name="Length">How long its text is.</param>
    private readonly record struct Entry(uint Hash, int Column, int Next, int Start, int Length);
}
