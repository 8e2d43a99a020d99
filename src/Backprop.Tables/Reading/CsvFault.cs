using System.Globalization;

namespace Backprop.Tables.Reading;

/// <summary>What is wrong with a row, before it is known how many rows stand before it.</summary>
/// <param name="Row">The row in its chunk; −1: the header.</param>
/// <param name="Line">The line in its chunk, counted from 0.</param>
/// <param name="Column">The name of the column, or null.</param>
/// <param name="Message">What was found, and what was expected.</param>
/// <param name="Settings">The options that decide.</param>
internal sealed record CsvFault(int Row, int Line, string? Column, string Message, params IReadOnlyList<string> Settings)
{
    /// <summary>Bytes that are no text.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <param name="options">How they were read.</param>
    public static CsvFault BadByte(ReadOnlySpan<byte> bytes, ReadingOptions options) => bytes[0] == 0
        ? new(-1, 0, null, $"a zero byte found, text in {options.Encoding?.WebName.ToUpperInvariant() ?? "UTF-8"} expected, or UTF-16 with a mark", "Encoding = utf-16")
        : bytes.StartsWith(CsvBytes.Undecodable)
            ? new(-1, 0, null, $"bytes found that are no text in {options.Encoding?.WebName ?? "the encoding that the file's mark says"}", "Encoding = windows-1252")
            : new(-1, 0, null, string.Create(CultureInfo.InvariantCulture, $"the byte 0x{bytes[0]:X2} found, text in UTF-8 expected; it may be in another encoding, such as windows-1252"), "Encoding = windows-1252");

    /// <summary>The error.</summary>
    /// <param name="source">The file.</param>
    /// <param name="row">The row in it; −1: the header.</param>
    /// <param name="line">The line in it, counted from 1.</param>
    public DataException At(string source, int row, int line) =>
        new($"'{source}', {(row < 0 ? "the header" : $"row {row}")} (line {line}){(Column is null ? "" : $", column '{Column}'")}: {Message}") { Settings = Settings };
}
