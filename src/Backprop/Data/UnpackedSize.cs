namespace Backprop.Data;

/// <summary>How much a packed file may become. What compresses better than this is not data, or wants to fill the memory.</summary>
public static class UnpackedSize
{
    /// <summary>The most bytes that a file of the given length may take once it is numbers: 128 MB, and 64 times the file.</summary>
    public static long Limit(long fileLength) => (128L << 20) + (64 * fileLength);
}
