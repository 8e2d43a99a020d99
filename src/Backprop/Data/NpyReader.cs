using System.Buffers.Binary;
using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.RegularExpressions;

namespace Backprop.Data;

/// <summary>Reads NumPy's .npy (versions 1 to 3) and .npz files of plain numbers. Pickled objects are refused: nothing in a file is ever run.</summary>
public static partial class NpyReader
{
    private const int MaxHeader = 1 << 20;

    /// <summary>As NumPy.</summary>
    private const int MaxDimensions = 64;

    /// <summary>Reads a .npy file.</summary>
    /// <exception cref="DataException">Missing, unreadable or malformed, or of a type that is not a plain number.</exception>
    public static NumericArray Read(string path) => Read(() => new FileStream(WorkingFolder.Full(path), FileMode.Open, FileAccess.Read), path);

    /// <summary>Reads what is opened, whose length is known.</summary>
    internal static NumericArray Read(Func<Stream> open, string source)
    {
        try
        {
            using Stream stream = open();
            return Read(stream, source, stream.Length, long.MaxValue);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new DataException($"cannot read '{source}': {error.Message}", error);
        }
    }

    /// <summary>Reads every array of a .npz file, by name.</summary>
    /// <exception cref="DataException">Missing, unreadable or malformed, or of a type that is not a plain number.</exception>
    public static IReadOnlyDictionary<string, NumericArray> ReadAll(string path) => ReadAll(() => new FileStream(WorkingFolder.Full(path), FileMode.Open, FileAccess.Read), path);

    /// <summary>Reads every array of a .npz file, by name, arrays of text too.</summary>
    /// <param name="path">The file.</param>
    /// <param name="texts">Arrays of text go here.</param>
    /// <exception cref="DataException">Missing, unreadable or malformed, or of a type that is neither a plain number nor text.</exception>
    public static IReadOnlyDictionary<string, NumericArray> ReadAll(string path, IDictionary<string, TextArray> texts)
    {
        ArgumentNullException.ThrowIfNull(texts);
        return ReadAll(() => new FileStream(WorkingFolder.Full(path), FileMode.Open, FileAccess.Read), path, texts);
    }

    /// <summary>Reads what is opened, whose length is known. Names of entries are names, never paths.</summary>
    internal static IReadOnlyDictionary<string, NumericArray> ReadAll(Func<Stream> open, string source, IDictionary<string, TextArray>? texts = null)
    {
        try
        {
            using Stream stream = open();
            return ReadAll(stream, source, texts);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or InvalidDataException or ArgumentException or NotSupportedException)
        {
            throw new DataException($"cannot read '{source}': {error.Message}", error);
        }
    }

    private static Dictionary<string, NumericArray> ReadAll(Stream file, string source, IDictionary<string, TextArray>? texts)
    {
        using var zip = new ZipArchive(file, ZipArchiveMode.Read);
        var arrays = new Dictionary<string, NumericArray>(StringComparer.Ordinal);
        long left = UnpackedSize.Limit(file.Length) / sizeof(double);
        foreach (ZipArchiveEntry entry in zip.Entries)
        {
            string name = entry.FullName.EndsWith(".npy", StringComparison.Ordinal) ? entry.FullName[..^4] : entry.FullName;
            if (arrays.ContainsKey(name) || texts?.ContainsKey(name) == true)
            {
                throw new DataException($"'{source}': array '{name}' stands twice");
            }

            using var stream = new ZipEntryStream(entry, source);
            Header header = ReadHeader(stream, $"{source}:{name}", entry.Length, left, allowText: texts is not null);
            if (header.IsText)
            {
                texts!.Add(name, Texts(stream, header));
            }
            else
            {
                arrays.Add(name, Numbers(stream, header));
            }

            left -= Math.Max(header.Count, header.Count * header.Width / sizeof(double));
        }

        return arrays;
    }

    /// <param name="stream">The array.</param>
    /// <param name="source">For messages.</param>
    /// <param name="length">The stream's.</param>
    /// <param name="most">The most numbers that are accepted.</param>
    private static NumericArray Read(Stream stream, string source, long length, long most) => Numbers(stream, ReadHeader(stream, source, length, most, allowText: false));

    private static Header ReadHeader(Stream stream, string source, long length, long most, bool allowText)
    {
        byte[] start = new byte[8];
        if (length < 10 || stream.ReadAtLeast(start, 8, throwOnEndOfStream: false) < 8 || start[0] != 0x93 || Encoding.ASCII.GetString(start, 1, 5) != "NUMPY" || start[6] is < 1 or > 3)
        {
            throw new DataException($"'{source}' is not a NumPy array");
        }

        int prefix = start[6] == 1 ? 2 : 4;
        byte[] size = new byte[4];
        stream.ReadExactly(size, 0, prefix);
        uint headerLength = BinaryPrimitives.ReadUInt32LittleEndian(size);
        long dataLength = length - 8 - prefix - headerLength;
        if (headerLength > MaxHeader || dataLength < 0)
        {
            throw new DataException($"'{source}': a header of {headerLength} bytes announced, the file has {length} bytes");
        }

        byte[] bytes = new byte[headerLength];
        stream.ReadExactly(bytes);
        string header = Encoding.UTF8.GetString(bytes).Trim();
        Match type = Descr().Match(header), order = FortranOrder().Match(header), shapeText = ShapeTuple().Match(header);
        if (!type.Success || !order.Success || !shapeText.Success || !header.StartsWith('{') || !header.EndsWith('}') || type.NextMatch().Success || order.NextMatch().Success || shapeText.NextMatch().Success)
        {
            throw new DataException($"'{source}': the header has no descr, fortran_order and shape of a plain array (objects and records are not read)");
        }

        int[] shape = Shape(shapeText.Groups["v"].Value, source, out long count);
        string kind = type.Groups["v"].Value;
        int width = kind.Length == 3 && kind[2] is >= '1' and <= '8' && kind[0] is '<' or '>' or '|' or '=' ? kind[2] - '0' : 0;
        int textWidth = allowText ? TextWidth(kind) : -1;
        bool isText = textWidth >= 0;
        width = isText ? textWidth : width;
        if (!isText && !IsNumber(kind, width))
        {
            throw new DataException($"'{source}': numbers of type '{kind}' found, expected integers, booleans, float32 or float64 (objects, text and records are not read)");
        }

        if (count * width != dataLength)
        {
            throw new DataException($"'{source}': shape ({string.Join(", ", shape)}) of '{kind}' takes {count * width} bytes, {dataLength} found");
        }

        return Math.Max(count, isText ? dataLength / sizeof(double) : 0) <= most
            ? new(source, kind, shape, (int)count, width, isText, IsFortran: order.Groups["v"].Value == "True" && shape.Length > 1)
            : throw new DataException($"'{source}': {count} numbers announced, {most} expected at most: packed, a file may become 128 MB and 64 times its own size, that none fills the memory; as numpy.save and numpy.savez write it, unpacked, it is read");
    }

    private static NumericArray Numbers(Stream stream, Header header)
    {
        double[] values = Values(stream, header.Count, header.Kind[1], header.Width, bigEndian: header.Kind[0] == '>', header.Source);
        return new(header.Source, header.Shape, header.IsFortran ? FromFortran(values, header.Shape) : values, header.Kind[1] != 'f', IsPixels: false, IsBytes: header.Kind[1] == 'u' && header.Width == 1);
    }

    private static TextArray Texts(Stream stream, Header header)
    {
        string[] values = new string[header.Count];
        byte[] cell = new byte[header.Width];
        Encoding encoding = header.Kind[1] == 'S' ? Encoding.UTF8 : header.Kind[0] == '>' ? new UTF32Encoding(bigEndian: true, byteOrderMark: false) : Encoding.UTF32;
        for (int n = 0; n < values.Length; n++)
        {
            values[n] = stream.ReadAtLeast(cell, cell.Length, throwOnEndOfStream: false) == cell.Length ? encoding.GetString(cell).TrimEnd('\0')
                : throw new DataException($"'{header.Source}' is cut off after {n} of {header.Count} texts");
        }

        return new(header.Source, header.Shape, header.IsFortran ? FromFortran(values, header.Shape) : values);
    }

    /// <summary>The bytes of a text: U12 has 12 characters of 4, S12 has 12; −1: none.</summary>
    private static int TextWidth(string kind) =>
        kind.Length is >= 3 and <= 9 && kind[1] is ('U' or 'S') && int.TryParse(kind.AsSpan(2), NumberStyles.None, CultureInfo.InvariantCulture, out int characters) ? characters * (kind[1] == 'U' ? 4 : 1) : -1;

    private static bool IsNumber(string kind, int width) => kind.Length == 3 && kind[1] switch
    {
        'f' => width is 4 or 8,
        'i' or 'u' => width is 1 or 2 or 4 or 8,
        'b' => width == 1,
        _ => false,
    };

    private static int[] Shape(string text, string source, out long count)
    {
        string[] parts = text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        int[] shape = new int[parts.Length];
        count = 1;
        if (parts.Length > MaxDimensions)
        {
            throw new DataException($"'{source}': {parts.Length} dimensions found, at most {MaxDimensions} expected");
        }

        for (int d = 0; d < parts.Length; d++)
        {
            if (!int.TryParse(parts[d].TrimEnd('L'), NumberStyles.None, CultureInfo.InvariantCulture, out shape[d]) || (count *= shape[d]) > Array.MaxLength / 8)
            {
                throw new DataException($"'{source}': shape ({text}) is not one of at most {Array.MaxLength / 8} numbers");
            }
        }

        return shape;
    }

    private static double[] Values(Stream stream, int count, char kind, int width, bool bigEndian, string source)
    {
        double[] values = new double[count];
        byte[] buffer = new byte[width * 8192];
        for (int done = 0; done < count;)
        {
            int some = Math.Min(8192, count - done);
            if (stream.ReadAtLeast(buffer.AsSpan(0, some * width), some * width, throwOnEndOfStream: false) < some * width)
            {
                throw new DataException($"'{source}' is cut off after {done} of {count} numbers");
            }

            for (int n = 0; n < some; n++)
            {
                Span<byte> cell = buffer.AsSpan(n * width, width);
                if (bigEndian)
                {
                    cell.Reverse();
                }

                values[done + n] = Value(cell, kind, width);
            }

            done += some;
        }

        return values;
    }

    private static double Value(ReadOnlySpan<byte> cell, char kind, int width) => (kind, width) switch
    {
        ('f', 4) => BinaryPrimitives.ReadSingleLittleEndian(cell),
        ('f', 8) => BinaryPrimitives.ReadDoubleLittleEndian(cell),
        ('i', 1) => (sbyte)cell[0],
        ('i', 2) => BinaryPrimitives.ReadInt16LittleEndian(cell),
        ('i', 4) => BinaryPrimitives.ReadInt32LittleEndian(cell),
        ('i', 8) => BinaryPrimitives.ReadInt64LittleEndian(cell),
        ('u', 2) => BinaryPrimitives.ReadUInt16LittleEndian(cell),
        ('u', 4) => BinaryPrimitives.ReadUInt32LittleEndian(cell),
        ('u', 8) => BinaryPrimitives.ReadUInt64LittleEndian(cell),
        _ => cell[0],
    };

    private static T[] FromFortran<T>(T[] values, int[] shape)
    {
        var result = new T[values.Length];
        int[] index = new int[shape.Length];
        for (int n = 0; n < values.Length; n++)
        {
            int at = 0;
            for (int d = 0; d < shape.Length; d++)
            {
                at = (at * shape[d]) + index[d];
            }

            result[at] = values[n];
            for (int d = 0; d < shape.Length && ++index[d] == shape[d]; d++)
            {
                index[d] = 0;
            }
        }

        return result;
    }

    /// <summary>What stands before the numbers or texts of an array.</summary>
    /// <param name="Source">For messages.</param>
    /// <param name="Kind">The type as NumPy writes it.</param>
    /// <param name="Shape">Row-major.</param>
    /// <param name="Count">How many there are.</param>
    /// <param name="Width">The bytes of each.</param>
    /// <param name="IsText">Whether they are texts.</param>
    /// <param name="IsFortran">Whether they stand column by column.</param>
    private sealed record Header(string Source, string Kind, int[] Shape, int Count, int Width, bool IsText, bool IsFortran);

    [GeneratedRegex(@"'descr'\s*:\s*'(?<v>[^']*)'", RegexOptions.NonBacktracking)]
    private static partial Regex Descr();

    [GeneratedRegex(@"'fortran_order'\s*:\s*(?<v>True|False)", RegexOptions.NonBacktracking)]
    private static partial Regex FortranOrder();

    [GeneratedRegex(@"'shape'\s*:\s*\((?<v>[0-9L,\s]*)\)", RegexOptions.NonBacktracking)]
    private static partial Regex ShapeTuple();
}
