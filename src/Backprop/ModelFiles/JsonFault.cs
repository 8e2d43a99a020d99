using System.Text;
using System.Text.Json;

namespace Backprop.ModelFiles;

/// <summary>What is wrong with malformed JSON, in words of our own.</summary>
public static class JsonFault
{
    /// <summary>Where it ends to be JSON, and what stands there.</summary>
    /// <param name="error">What the reader found.</param>
    /// <param name="text">The text, in UTF-8.</param>
    public static string Of(JsonException error, ReadOnlySpan<byte> text)
    {
        ReadOnlySpan<byte> rest = text;
        for (long line = 0; line < error.LineNumber && rest.IndexOf((byte)'\n') is >= 0 and var end; line++)
        {
            rest = rest[(end + 1)..];
        }

        rest = rest[(int)Math.Min(rest.Length, error.BytePositionInLine ?? 0)..];
        string found = rest.IsEmpty ? "its end" : $"'{Encoding.UTF8.GetString(rest[..Math.Min(rest.Length, 40)])}'";
        return $"{found} found at byte {text.Length - rest.Length}, JSON expected: well-formed, each key once, not nested deeply";
    }

    /// <inheritdoc cref="Of(JsonException, ReadOnlySpan{byte})"/>
    public static string Of(JsonException error, string text) => Of(error, Encoding.UTF8.GetBytes(text));
}
