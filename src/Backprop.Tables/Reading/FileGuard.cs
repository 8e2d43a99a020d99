using System.IO.Compression;
using Backprop.Data;

namespace Backprop.Tables.Reading;

/// <summary>
/// What is looked at before DuckDB sees a file: it follows nested values by recursion, without a limit, and reads as far as a packed stream goes.
/// </summary>
internal static class FileGuard
{
    /// <summary>The deepest nesting of JSON and of Parquet schemas that is read; cells hold numbers and text anyway.</summary>
    public const int MaxDepth = 64;

    /// <summary>Requires that a file is neither nested too deeply nor packed too well.</summary>
    /// <param name="file">The file.</param>
    /// <param name="source">Its name for messages.</param>
    /// <param name="kind">Its extension, without .gz.</param>
    /// <exception cref="DataException">It is: where.</exception>
    public static void Check(string file, string source, string kind)
    {
        try
        {
            using FileStream stream = File.OpenRead(file);
            bool packed = file.EndsWith(".gz", StringComparison.OrdinalIgnoreCase);
            if (kind == ".parquet")
            {
                ParquetFooter.Check(stream, source);
            }
            else
            {
                using Stream text = packed ? new GZipStream(stream, CompressionMode.Decompress) : stream;
                CheckText(text, source, packed ? UnpackedSize.Limit(stream.Length) : long.MaxValue);
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            throw new DataException($"cannot read '{source}': {error.Message}", error);
        }
    }

    internal static void CheckText(Stream text, string source, long most)
    {
        byte[] buffer = new byte[1 << 16];
        long total = 0, line = 1;
        int depth = 0;
        bool quoted = false, escaped = false;
        for (int count; (count = text.Read(buffer)) > 0;)
        {
            if ((total += count) > most)
            {
                throw new DataException($"'{source}': more than {most} bytes unpacked, no such file packs so well");
            }

            for (int n = 0; n < count; n++)
            {
                byte b = buffer[n];
                line += b == '\n' ? 1 : 0;
                if (quoted)
                {
                    quoted = escaped || b != '"';
                    escaped = !escaped && b == '\\';
                    continue;
                }

                switch (b)
                {
                    case (byte)'"':
                        quoted = true;
                        break;
                    case (byte)'[' or (byte)'{' when ++depth > MaxDepth:
                        throw new DataException($"'{source}', line {line}: values nested more than {MaxDepth} deep found, rows of numbers and text expected");
                    case (byte)']' or (byte)'}':
                        depth = Math.Max(0, depth - 1);
                        break;
                }
            }
        }
    }
}
