namespace Backprop.Tables;

/// <summary>What reading, a schema or a prediction has to say, in the order in which it was found. Not for several threads.</summary>
public sealed class Notes
{
    private readonly List<Note> _all = [];

    /// <summary>All of them.</summary>
    public IReadOnlyList<Note> All => _all;

    /// <summary>One more.</summary>
    public void Add(Note note) => _all.Add(note);
}
