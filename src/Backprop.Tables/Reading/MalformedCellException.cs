namespace Backprop.Tables.Reading;

/// <summary>A cell that cannot be read, on its way to where its place is known.</summary>
internal sealed class MalformedCellException(string message) : Exception(message)
{
    /// <summary>Whether the column may do without it: it could be one that is not used.</summary>
    public bool MayBeIgnored { get; init; }
}
