namespace Backprop.Tables.Reading;

/// <summary>A stream whose bytes are wanted more than once.</summary>
internal static class WholeStream
{
    /// <summary>All of its bytes.</summary>
    /// <param name="stream">Read to its end.</param>
    /// <param name="source">Its name for messages.</param>
    /// <exception cref="DataException">It cannot be read.</exception>
    public static MemoryStream Keep(Stream stream, string source)
    {
        var kept = new MemoryStream();
        try
        {
            stream.CopyTo(kept);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            throw new DataException($"cannot read '{source}': {error.Message}", error);
        }

        return kept;
    }
}
