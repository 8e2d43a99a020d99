using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace Backprop.Tables.Reading;

/// <summary>One way through a JSON file, from its first byte to its last.</summary>
/// <param name="source">For messages.</param>
/// <param name="options">What stands for a missing cell.</param>
/// <param name="reading">How a column of a name is read.</param>
/// <param name="mostCells">The most bytes that the cells may take.</param>
/// <param name="mostText">The most bytes that the file may have.</param>
/// <param name="mostAtOnce">As many bytes are read at a time, within bounds.</param>
internal sealed class JsonRows(string source, ReadingOptions? options, Func<string, ColumnReading?> reading, long mostCells, long mostText, long mostAtOnce)
{
    private const int LeastBuffer = 1 << 9, LongestBuffer = 1 << 16;

    private readonly Dictionary<string, int> _byName = new(StringComparer.Ordinal);
    private readonly List<byte[]> _names = []; // as they stand in the file, for those without escapes
    private Place _place = Place.Outside;
    private bool _isArray;
    private int _column = -1, _next, _skipDepth;
    private bool _isThere;
    private char[] _text = new char[256];

    private enum Place
    {
        /// <summary>Before the array, or between rows that stand one after another.</summary>
        Outside,

        /// <summary>In the array, between rows.</summary>
        Rows,

        /// <summary>In a row, before a name.</summary>
        Row,

        /// <summary>In a row, after a name.</summary>
        Cell,

        /// <summary>In a list or an object of a column that is not wanted.</summary>
        Skipped,

        /// <summary>After the array.</summary>
        End,
    }

    /// <summary>In the order in which their names are first found.</summary>
    public List<JsonColumn> Columns { get; } = [];

    /// <summary>The rows.</summary>
    public int Count { get; private set; }

    /// <summary>A row at which reading ends, for the sake of its line; −1: none.</summary>
    public int Wanted { get; init; } = -1;

    /// <summary>The line of <see cref="Wanted"/>.</summary>
    public long Line { get; private set; }

    /// <exception cref="DataException">Malformed: where.</exception>
    public void Read(Stream stream)
    {
        byte[] buffer = new byte[Math.Clamp(mostAtOnce, LeastBuffer, LongestBuffer)];
        int length = 0;
        long line = 1, total = 0;
        var state = new JsonReaderState(new JsonReaderOptions { MaxDepth = JsonReader.MaxDepth, AllowMultipleValues = true });
        for (bool isFirst = true, isLast = false; !isLast;)
        {
            int count = stream.Read(buffer.AsSpan(length));
            isLast = count == 0;
            length += count;
            if ((total += count) > mostText)
            {
                throw new DataException($"'{source}': more than {mostText} bytes unpacked, no such file packs so well");
            }

            if (isFirst)
            {
                if (length < 3 && !isLast)
                {
                    continue;
                }

                isFirst = false;
                if (Mark(buffer.AsSpan(0, length)) is { } encoding)
                {
                    using Stream text = Encoding.CreateTranscodingStream(new StartedStream(buffer[2..length], stream), encoding, Encoding.UTF8, leaveOpen: true);
                    Read(text);
                    return;
                }

                if (buffer.AsSpan(0, length).StartsWith("\uFEFF"u8))
                {
                    buffer.AsSpan(3, length - 3).CopyTo(buffer);
                    length -= 3;
                }
            }

            var reader = new Utf8JsonReader(buffer.AsSpan(0, length), isLast, state);
            try
            {
                while (reader.Read())
                {
                    Token(ref reader);
                    if (_isThere)
                    {
                        Line = line + buffer.AsSpan(0, (int)reader.TokenStartIndex).Count((byte)'\n');
                        return;
                    }
                }
            }
            catch (JsonException error)
            {
                ReadOnlySpan<byte> rest = buffer.AsSpan((int)reader.BytesConsumed, length - (int)reader.BytesConsumed).TrimStart(" \t\r\n:,"u8);
                throw Error(line + buffer.AsSpan(0, length - rest.Length).Count((byte)'\n'), What(rest, error), error);
            }
            catch (MalformedCellException error)
            {
                throw Error(line + buffer.AsSpan(0, (int)reader.TokenStartIndex).Count((byte)'\n'), error.Message, null, error.MayBeIgnored ? [$"Ignore = {Columns[_column].Name}", "BadCells = missing"] : []);
            }

            int consumed = (int)reader.BytesConsumed;
            state = reader.CurrentState;
            line += buffer.AsSpan(0, consumed).Count((byte)'\n');
            buffer.AsSpan(consumed, length - consumed).CopyTo(buffer);
            length -= consumed;
            if (length == buffer.Length)
            {
                Array.Resize(ref buffer, checked(2 * buffer.Length));
            }
        }

        RequireFew();
    }

    private static Encoding? Mark(ReadOnlySpan<byte> start) =>
        start.StartsWith<byte>([0xFF, 0xFE]) ? Encoding.Unicode : start.StartsWith<byte>([0xFE, 0xFF]) ? Encoding.BigEndianUnicode : null;

    private void Token(ref Utf8JsonReader reader)
    {
        switch (_place)
        {
            case Place.Skipped:
                if (reader.TokenType is JsonTokenType.EndArray or JsonTokenType.EndObject && reader.CurrentDepth == _skipDepth)
                {
                    _place = Place.Row;
                }

                break;
            case Place.Row when reader.TokenType == JsonTokenType.PropertyName:
                Name(ref reader);
                break;
            case Place.Row: // the end of the object: the JSON reader knows of nothing else
                Count = Count < int.MaxValue ? Count + 1 : throw new MalformedCellException("more rows than can be counted");
                _place = _isArray ? Place.Rows : Place.Outside;
                _column = -1;
                if ((Count & 0xFFF) == 0)
                {
                    RequireFew();
                }

                break;
            case Place.Cell:
                Cell(ref reader);
                break;
            case Place.Outside when reader.TokenType == JsonTokenType.StartArray && Count == 0:
                _isArray = true;
                _place = Place.Rows;
                break;
            case Place.Outside or Place.Rows when reader.TokenType == JsonTokenType.StartObject:
                _place = Place.Row;
                _next = 0;
                _isThere = Count == Wanted;
                break;
            case Place.Rows when reader.TokenType == JsonTokenType.EndArray:
                _place = Place.End;
                break;
            case Place.End:
                throw new MalformedCellException($"{Describe(ref reader)} found after the array of rows, nothing expected");
            default:
                throw new MalformedCellException($"{Describe(ref reader)} found, a row expected: an object of numbers and texts");
        }
    }

    private void Name(ref Utf8JsonReader reader)
    {
        if (_next < _names.Count && !reader.ValueIsEscaped && reader.ValueSpan.SequenceEqual(_names[_next]))
        {
            _column = _next;
        }
        else
        {
            string name = Text(ref reader).Trim().ToString();
            ref int index = ref CollectionsMarshal.GetValueRefOrAddDefault(_byName, name, out bool exists);
            if (!exists)
            {
                index = Columns.Count;
                Columns.Add(new(name, reading(name), options));
                _names.Add(Encoding.UTF8.GetBytes(name));
            }

            _column = index;
        }

        _next = _column + 1;
        _place = Place.Cell;
        JsonColumn column = Columns[_column];
        if (column.LastRow == Count)
        {
            throw new MalformedCellException($"a duplicate key: the object has two values named '{column.Name}'");
        }

        column.LastRow = Count;
    }

    private void Cell(ref Utf8JsonReader reader)
    {
        JsonColumn column = Columns[_column];
        _place = Place.Row;
        switch (reader.TokenType)
        {
            case JsonTokenType.StartArray or JsonTokenType.StartObject:
                if (!column.IsSkipped && !column.LeaveOut(Count, Describe(ref reader)) && !column.TakeAsMissing(Count, Describe(ref reader)))
                {
                    throw new MalformedCellException($"{Describe(ref reader)} found, numbers or text expected") { MayBeIgnored = true };
                }

                _place = Place.Skipped;
                _skipDepth = reader.CurrentDepth;
                break;
            case JsonTokenType.Null:
                break;
            case var _ when column.IsSkipped:
                break;
            case JsonTokenType.Number:
                if (!column.Number(Count, ref reader))
                {
                    throw new MalformedCellException($"{Encoding.UTF8.GetString(reader.ValueSpan)} found, a finite number expected, or null where it is missing");
                }

                break;
            case JsonTokenType.True or JsonTokenType.False:
                column.Boolean(Count, reader.TokenType == JsonTokenType.True);
                break;
            default:
                column.Text(Count, Text(ref reader));
                break;
        }
    }

    private ReadOnlySpan<char> Text(ref Utf8JsonReader reader)
    {
        if (reader.ValueSpan.Length > _text.Length)
        {
            _text = new char[Math.Max(reader.ValueSpan.Length, 2 * _text.Length)];
        }

        if (!reader.ValueIsEscaped)
        {
            return Utf8.ToUtf16(reader.ValueSpan, _text, out _, out int count, replaceInvalidSequences: false) == OperationStatus.Done
                ? _text.AsSpan(0, count)
                : throw new MalformedCellException("bytes found that are not UTF-8 text");
        }

        try
        {
            return _text.AsSpan(0, reader.CopyString(_text));
        }
        catch (InvalidOperationException)
        {
            throw new MalformedCellException("a text found that is not Unicode: half of a surrogate pair, or bytes that are not UTF-8");
        }
    }

    private static string Describe(ref Utf8JsonReader reader) => reader.TokenType switch
    {
        JsonTokenType.StartArray => "a list",
        JsonTokenType.StartObject => "an object",
        JsonTokenType.String => "a text",
        JsonTokenType.Number => $"the number {Encoding.UTF8.GetString(reader.ValueSpan)}",
        JsonTokenType.True => "true",
        JsonTokenType.False => "false",
        _ => "null",
    };

    /// <summary>What the JSON reader says, without the place, which is said better; numbers that JSON has no word for by their own names.</summary>
    private static string What(ReadOnlySpan<byte> rest, JsonException error)
    {
        foreach (string word in (ReadOnlySpan<string>)["NaN", "Infinity", "-Infinity"])
        {
            if (rest.StartsWith(Encoding.UTF8.GetBytes(word)))
            {
                return $"{word} found, a finite number expected, or null where it is missing";
            }
        }

        if (error.Message.Contains("maximum configured depth", StringComparison.Ordinal))
        {
            return $"values nested more than {JsonReader.MaxDepth} deep found, rows of numbers and text expected";
        }

        int place = error.Message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        return (place < 0 ? error.Message : error.Message[..place]).TrimEnd('.');
    }

    private DataException Error(long line, string what, Exception? inner, params IReadOnlyList<string> settings)
    {
        string column = _column >= 0 && _place is Place.Row or Place.Cell or Place.Skipped ? $", column '{Columns[_column].Name}'" : "";
        return new($"'{source}', row {Count} (line {line}){column}: {what}", inner) { Settings = settings };
    }

    /// <summary>Columns that few rows have take the memory of all: names that never come again would fill it.</summary>
    private void RequireFew()
    {
        long bytes = Columns.Count * (long)Count * sizeof(double);
        if (bytes > mostCells)
        {
            throw new DataException($"'{source}': {Columns.Count} columns of {Count} rows found, most of them empty: the cells take more than {mostCells} bytes");
        }
    }
}
