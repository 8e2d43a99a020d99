using System.Buffers.Binary;
using System.Text.Json;

namespace Backprop.ModelFiles;

/// <summary>
/// The safetensors format: 8 bytes with the length of a JSON header, the header, and the tensors' bytes. Nothing in it can run. Reading
/// accepts exactly what the format allows: no overlap, no hole, no duplicate key, no byte too many.
/// </summary>
public sealed class SafeTensorsFile
{
    private const int MaxHeader = 100_000_000;

    private static readonly Dictionary<string, int> s_sizes = new(StringComparer.Ordinal)
    {
        ["F64"] = 8,
        ["F32"] = 4,
        ["F16"] = 2,
        ["BF16"] = 2,
        ["I64"] = 8,
        ["I32"] = 4,
        ["I16"] = 2,
        ["I8"] = 1,
        ["U64"] = 8,
        ["U32"] = 4,
        ["U16"] = 2,
        ["U8"] = 1,
        ["BOOL"] = 1,
        ["F8_E4M3"] = 1,
        ["F8_E5M2"] = 1,
    };

    /// <summary>A file's content.</summary>
    /// <param name="tensors">In the order of their bytes.</param>
    /// <param name="metadata">The strings of <c>__metadata__</c>.</param>
    public SafeTensorsFile(IReadOnlyList<SafeTensor> tensors, IReadOnlyDictionary<string, string> metadata) => (Tensors, Metadata) = (tensors, metadata);

    /// <summary>In the order of their bytes.</summary>
    public IReadOnlyList<SafeTensor> Tensors { get; }

    /// <summary>The strings of <c>__metadata__</c>.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>Reads a file.</summary>
    /// <exception cref="ModelException">Not a safetensors file, or a malformed one: which rule is broken, and by which tensor.</exception>
    public static SafeTensorsFile Read(string path) => Read(path, Disk.Real);

    internal static SafeTensorsFile Read(string path, IDisk disk)
    {
        try
        {
            using Stream stream = disk.Open(path);
            return Read(stream, path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            throw new ModelException($"cannot read '{path}': {error.Message}", error);
        }
    }

    /// <summary>Reads a stream whose length is known.</summary>
    internal static SafeTensorsFile Read(Stream stream, string path)
    {
        long length = stream.Length;
        Span<byte> prefix = stackalloc byte[8];
        if (length < 8)
        {
            throw new ModelException($"'{path}' is not a safetensors file: {length} bytes found, at least 8 expected");
        }

        stream.ReadExactly(prefix);
        ulong headerLength = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        if (headerLength > MaxHeader || (long)headerLength > length - 8)
        {
            throw new ModelException($"'{path}' is not a safetensors file: a header of {headerLength} bytes announced, at most {Math.Min(MaxHeader, length - 8)} expected");
        }

        byte[] header = new byte[headerLength];
        stream.ReadExactly(header);
        long dataLength = length - 8 - header.Length;

        List<Entry> entries;
        Dictionary<string, string> metadata;
        try
        {
            (entries, metadata) = ParseHeader(header, path);
        }
        catch (JsonException error)
        {
            throw new ModelException($"'{path}': the header is not the JSON that safetensors has: {JsonFault.Of(error, header)}", error);
        }
        catch (Exception error) when (error is InvalidOperationException or FormatException)
        {
            throw new ModelException($"'{path}': the header is not the JSON that safetensors has: {error.Message}", error);
        }

        entries.Sort((a, b) => a.Begin != b.Begin ? a.Begin.CompareTo(b.Begin) : a.End.CompareTo(b.End));
        long at = 0;
        foreach (Entry entry in entries)
        {
            if (entry.Begin != at)
            {
                throw new ModelException($"'{path}', tensor '{entry.Name}': begins at byte {entry.Begin}, expected {at}: {(entry.Begin < at ? "tensors overlap" : "there is a hole before it")}");
            }

            at = entry.End;
        }

        if (at != dataLength)
        {
            string last = entries.Count == 0 ? "no tensor" : $"tensor '{entries.Find(entry => entry.End > dataLength)?.Name ?? entries[^1].Name}'";
            throw new ModelException($"'{path}', {last}: tensors end at byte {at}, the file has {dataLength} bytes after its header{(at < dataLength ? ": there is a hole at the end" : ": it is cut off")}");
        }

        if (entries.Find(entry => entry.End - entry.Begin > Array.MaxLength) is { } large)
        {
            throw new ModelException($"'{path}', tensor '{large.Name}': {large.End - large.Begin} bytes found, at most {Array.MaxLength} in one tensor are supported");
        }

        return new([.. entries.Select(entry =>
        {
            byte[] data = new byte[entry.End - entry.Begin]; // each its own: together they may be more than one array holds
            stream.ReadExactly(data);
            return new SafeTensor(entry.Name, entry.Type, entry.Shape, data);
        })], metadata);
    }

    /// <summary>Writes the file atomically and returns the SHA-256 of all bytes after the header, in lower-case hexadecimal.</summary>
    /// <exception cref="DataException">The file cannot be written.</exception>
    public string Write(string path) => Write(path, Disk.Real);

    internal string Write(string path, IDisk disk)
    {
        byte[] header = Header();
        if (header.Length > MaxHeader)
        {
            throw new DataException($"cannot write '{path}': its header would have {header.Length} bytes, at most {MaxHeader} can be read again");
        }

        using var hash = new Sha256();
        AtomicFile.Write(path, stream =>
        {
            Span<byte> prefix = stackalloc byte[8];
            BinaryPrimitives.WriteUInt64LittleEndian(prefix, (ulong)header.Length);
            stream.Write(prefix);
            stream.Write(header);
            foreach (SafeTensor tensor in Tensors)
            {
                stream.Write(tensor.Data.Span);
                hash.Append(tensor.Data.Span);
            }
        }, disk);
        return hash.Current;
    }

    /// <summary>The SHA-256 of the tensors' bytes, in lower-case hexadecimal.</summary>
    internal string Hash()
    {
        using var hash = new Sha256();
        foreach (SafeTensor tensor in Tensors)
        {
            hash.Append(tensor.Data.Span);
        }

        return hash.Current;
    }

    private byte[] Header()
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            if (Metadata.Count > 0)
            {
                json.WriteStartObject("__metadata__");
                foreach ((string key, string value) in Metadata)
                {
                    json.WriteString(key, value);
                }

                json.WriteEndObject();
            }

            long at = 0;
            foreach (SafeTensor tensor in Tensors)
            {
                json.WriteStartObject(tensor.Name);
                json.WriteString("dtype", tensor.Type);
                json.WriteStartArray("shape");
                foreach (long size in tensor.Shape)
                {
                    json.WriteNumberValue(size);
                }

                json.WriteEndArray();
                json.WriteStartArray("data_offsets");
                json.WriteNumberValue(at);
                json.WriteNumberValue(at += tensor.Data.Length);
                json.WriteEndArray();
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        while (stream.Length % 8 != 0)
        {
            stream.WriteByte((byte)' ');
        }

        return stream.ToArray();
    }

    private static (List<Entry> Entries, Dictionary<string, string> Metadata) ParseHeader(byte[] header, string path)
    {
        var entries = new List<Entry>();
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal);
        var names = new HashSet<string>(StringComparer.Ordinal);
        var json = new Utf8JsonReader(header, new JsonReaderOptions { MaxDepth = 8 });
        Expect(ref json, JsonTokenType.StartObject);
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            string name = json.GetString()!;
            if (!names.Add(name))
            {
                throw new ModelException($"'{path}': '{name}' stands twice in the header");
            }

            if (name == "__metadata__")
            {
                ReadMetadata(ref json, metadata, path);
            }
            else
            {
                entries.Add(ReadEntry(ref json, name, path));
            }
        }

        if (json.TokenType != JsonTokenType.EndObject || json.Read())
        {
            throw new ModelException($"'{path}': the header is not one JSON object");
        }

        return (entries, metadata);
    }

    private static void ReadMetadata(ref Utf8JsonReader json, Dictionary<string, string> metadata, string path)
    {
        Expect(ref json, JsonTokenType.StartObject);
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            string key = json.GetString()!;
            if (!json.Read() || json.TokenType != JsonTokenType.String)
            {
                throw new ModelException($"'{path}': metadata '{key}' is a {json.TokenType}, a string expected");
            }

            if (!metadata.TryAdd(key, json.GetString()!))
            {
                throw new ModelException($"'{path}': metadata '{key}' stands twice");
            }
        }
    }

    private static Entry ReadEntry(ref Utf8JsonReader json, string name, string path)
    {
        string? type = null;
        List<long>? shape = null, offsets = null;
        Expect(ref json, JsonTokenType.StartObject);
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            string key = json.GetString()!;
            json.Read();
            bool fresh = key switch
            {
                "dtype" => type is null,
                "shape" => shape is null,
                "data_offsets" => offsets is null,
                _ => throw new ModelException($"'{path}', tensor '{name}': unknown key '{key}'"),
            };
            if (!fresh)
            {
                throw new ModelException($"'{path}', tensor '{name}': '{key}' stands twice");
            }

            switch (key)
            {
                case "dtype":
                    type = json.TokenType == JsonTokenType.String ? json.GetString() : throw new ModelException($"'{path}', tensor '{name}': a {json.TokenType} found for its dtype, a string expected");
                    break;
                case "shape":
                    shape = ReadNumbers(ref json, name, path);
                    break;
                default:
                    offsets = ReadNumbers(ref json, name, path);
                    break;
            }
        }

        if (type is null || shape is null || offsets is not [long begin, long end] || end < begin)
        {
            throw new ModelException($"'{path}', tensor '{name}': expected dtype, shape and two rising data_offsets");
        }

        if (!s_sizes.TryGetValue(type, out int size))
        {
            throw new ModelException($"'{path}', tensor '{name}': unknown type '{type}'");
        }

        Int128 bytes = size;
        foreach (long dimension in shape)
        {
            bytes *= dimension;
            if (bytes > long.MaxValue)
            {
                throw new ModelException($"'{path}', tensor '{name}': shape [{string.Join(", ", shape)}] is too large");
            }
        }

        return bytes == end - begin
            ? new(name, type, shape, begin, end)
            : throw new ModelException($"'{path}', tensor '{name}': shape [{string.Join(", ", shape)}] of {type} takes {bytes} bytes, {end - begin} found");
    }

    private static List<long> ReadNumbers(ref Utf8JsonReader json, string name, string path)
    {
        var numbers = new List<long>();
        if (json.TokenType != JsonTokenType.StartArray)
        {
            throw new ModelException($"'{path}', tensor '{name}': a {json.TokenType} found, an array of whole numbers expected");
        }

        while (json.Read() && json.TokenType != JsonTokenType.EndArray)
        {
            if (json.TokenType != JsonTokenType.Number || !json.TryGetInt64(out long number) || number < 0 || numbers.Count >= 64)
            {
                throw new ModelException($"'{path}', tensor '{name}': whole numbers of at least 0 expected");
            }

            numbers.Add(number);
        }

        return numbers;
    }

    private static void Expect(ref Utf8JsonReader json, JsonTokenType type)
    {
        if (!json.Read() || json.TokenType != type)
        {
            throw new FormatException($"{json.TokenType} found, {type} expected at byte {json.TokenStartIndex}");
        }
    }

    private sealed record Entry(string Name, string Type, List<long> Shape, long Begin, long End);
}
