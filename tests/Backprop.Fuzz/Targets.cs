using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using Backprop.Cli;
using Backprop.Data;
using Backprop.Losses;
using Backprop.ModelFiles;
using Backprop.Networks;
using Backprop.Tables;
using Backprop.Tables.Cells;
using Backprop.Tables.Reading;
using Backprop.Tables.Reading.ParquetFiles;
using Backprop.Tables.Schemas;
using Backprop.Tables.Writing;
using Backprop.Training;

namespace Backprop.Fuzz;

/// <summary>Every reader, with seeds written here.</summary>
internal static class Targets
{
    private const string Layers = "\"layers.1.weight\":{\"dtype\":\"F32\",\"shape\":[1,2],\"data_offsets\":[0,8]},\"layers.1.bias\":{\"dtype\":\"F64\",\"shape\":[1],\"data_offsets\":[8,16]}";
    private const string Meta = "\"__metadata__\":{\"format\":\"backprop\",\"version\":\"1\",\"network\":\"{\\\"inputs\\\":2,\\\"layers\\\":[{\\\"units\\\":1,\\\"activation\\\":\\\"tanh\\\"}]}\",\"schema\":\"{\\\"columns\\\":[],\\\"target\\\":{\\\"names\\\":[\\\"y\\\"],\\\"kind\\\":\\\"values\\\"}}\"}";
    private const string State = "{\"epoch\":2,\"batch\":1,\"step\":9,\"updates\":9,\"moments\":1,\"since_best\":0,\"epoch_loss\":\"0.5\",\"epoch_weight\":\"4\",\"epoch_seconds\":\"1\",\"rate\":\"0.1\",\"rate_factor\":\"1\",\"first_loss\":\"0.7\",\"least_loss\":\"0.5\",\"schedule\":\"\",\"ended\":\"Finished\",\"kept\":" + Epoch + ",\"history\":{\"file\":\"history-00000001.jsonl\",\"bytes\":9,\"sha256\":\"0\"},\"identity\":{\"network\":\"n\"}}";

    private const string Epoch = "{\"epoch\":1,\"loss\":\"0.5\",\"learning_rate\":\"0.1\",\"seconds\":\"1\",\"steps\":4,\"is_best\":true,\"rows\":4,\"validation_loss\":\"0.4\",\"metrics\":{\"accuracy\":\"1\"}}";

    private static readonly System.CommandLine.RootCommand s_root = Cli.Program.Root;

    private static readonly string[] s_json = ["{", "}", "[", "]", ",", ":", "\"", "null", "true", "1e400", "\"\\ud800\"", "\\u0000", "{}", "[]", "{\"a\":", "[[[[[[[[[[[[[[[[[["];

    private static readonly string[] s_tensors = [.. s_json, "\"dtype\"", "\"shape\"", "\"data_offsets\"", "F32", "F64", "I32", "BF16", "layers.1.weight", "__metadata__", "\"network\"", "[0,8]", "\"format\"", "\\\"units\\\"", "relu"];

    public static Target[] All() =>
    [
        new("safetensors", Model, [Tensors($"{{{Meta},{Layers}}}"), Tensors($"{{{Layers}}}"), Tensors("{}"), Tensors($"{{{Meta}}}")], s_tensors, Tensors),
        new("checkpoint", Checkpoints, [Tensors($"{{\"__metadata__\":{{\"format\":\"backprop-checkpoint\",\"state\":{Quote(State)},\"lines\":{Quote(Epoch)}}},\"parameters\":{{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}},\"best\":{{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}},\"moment.0\":{{\"dtype\":\"F64\",\"shape\":[1],\"data_offsets\":[8,16]}}}}")], s_tensors, Tensors),
        new("npy", bytes => NpyReader.Read(() => new MemoryStream(bytes), "a.npy").RequireFinite(), [Npy("<f8", "(2, 1)", 16), Npy(">i2", "(2, 2)", 8), Npy("|b1", "()", 1), Npy("<u4", "(0, 3)", 0)], ["'descr': ", "'fortran_order': ", "'shape': ", "True", "False", "(", ")", ",", "'<f8'", "'>i8'", "'|O'", "'<f4'", "(1, 1, 1, 1, 1, 1, 1, 1)", "L"], RepairNpy),
        new("npz", bytes => NpyReader.ReadAll(() => new MemoryStream(bytes), "a.npz"), [Npz(("X.npy", Npy("<f8", "(2, 1)", 16)), ("y.npy", Npy("<i8", "(2,)", 16))), Npz(("a", Npy("|u1", "(3,)", 3))), Npz()], ["PK\u0001\u0002", "PK\u0003\u0004", "PK\u0005\u0006", "PK\u0006\u0006", "PK\u0006\u0007", ".npy", "../", "\0\0", "\u0001\0\u0010\0"], null),
        new("npz-inside", bytes => NpyReader.ReadAll(() => new MemoryStream(Npz(("X.npy", bytes), ("y.npy", bytes))), "a.npz", new Dictionary<string, TextArray>()), [Npy("<f8", "(2, 1)", 16), Npy("<i8", "(2,)", 16), Npy("<U2", "(2,)", 16), Npy("|S3", "()", 3)], ["'descr': ", "'shape': ", "(", ")", ",", "'<U", "'>U1'", "'|S0'"], RepairNpy),
        new("idx", bytes => IdxReader.Read(() => new MemoryStream(bytes), "idx").RequireFinite(), [Idx(8, [2, 2, 2], 8), Idx(0x0D, [2], 8), Idx(0x0E, [1, 1], 8), Gzip(Idx(8, [3], 3))], ["\0\0\u0008\u0001", "\u001f\u008b\u0008"], null),
        new("idx-gz", bytes => IdxReader.Read(() => new MemoryStream(Gzip(bytes)), "idx").RequireFinite(), [Idx(8, [2, 2, 2], 8), Idx(0x0B, [2], 4), Idx(0x0E, [1, 1], 8)], ["\0\0\u0008\u0001"], null),
        new("schema", bytes => SchemaJson.Write(SchemaJson.Read(Encoding.UTF8.GetString(bytes))), [Bytes("{\"columns\":[{\"name\":\"a\",\"kind\":\"numeric\",\"mean\":1.5,\"scale\":2,\"imputed\":1,\"flags_missing\":true},{\"name\":\"b\",\"kind\":\"categorical\",\"categories\":[\"x\",\"y\"]},{\"name\":\"c\",\"kind\":\"ignored\",\"why\":\"z\"}],\"target\":{\"names\":[\"y\"],\"kind\":\"class\",\"labels\":[\"p\",\"q\"]},\"sample_weight\":\"w\"}"), Bytes("{\"columns\":[],\"target\":{\"names\":[\"y\",\"z\"],\"kind\":\"values\",\"means\":[1,2],\"scales\":[3,4]}}"), Bytes("{\"version\":2,\"columns\":[{\"name\":\"d\",\"kind\":\"date\",\"mean\":1,\"scale\":2,\"imputed\":1,\"form\":\"d.m.y H:M\",\"parts\":[\"month\",\"hour\"],\"flags_missing\":true},{\"name\":\"b\",\"kind\":\"boolean\",\"had_missing\":true},{\"name\":\"n\",\"kind\":\"numeric\",\"minimum\":0,\"maximum\":1,\"format\":{\"decimal\":\",\",\"thousands\":\".\",\"currency\":\"€\"},\"flags_missing\":true,\"flag_only\":true},{\"name\":\"c\",\"kind\":\"categorical\",\"categories\":[\"x\"],\"shares_rare\":true},{\"name\":\"i\",\"kind\":\"id\"}],\"target\":{\"names\":[\"y\"],\"kind\":\"values\",\"formats\":[{\"decimal\":\".\"}]},\"missing\":[\"-\"],\"decimal\":\",\"}")], [.. s_json, "\"columns\"", "\"target\"", "\"kind\"", "\"numeric\"", "\"flags\"", "\"labels\"", "\"means\"", "\"scales\""], null),
        new("date", Dates, [Bytes("2025-12-31T23:59:59.125+02:00"), Bytes("31.12.2025 6:00 PM"), Bytes("d/m/y H:M 1/2/2025 3:04"), Bytes("ymd 20251231")], ["-", "/", ".", "T", "Z", ":", " ", "AM", "0001", "9999", "29", "+23:59", "UTC"], null) { MaxLength = 64 },
        new("number", Numbers, [Bytes("1,234.50\n-7\n1e5"), Bytes("1.234,50 \u20ac\n(12,5)\n-0,5"), Bytes("12%\n0.5 %"), Bytes("1'234\n1 234 567")], [".", ",", "'", " ", "\u00a0", "-", "+", "(", ")", "%", "$", "\u20ac", "e", "E+", "\n", "1,234", "inf", "nan", "000"], null) { MaxLength = 128 },
        new("network", bytes => NetworkJson.Read(Encoding.UTF8.GetString(bytes)), [Bytes("{\"inputs\":4,\"layers\":[{\"units\":8,\"activation\":\"leaky_relu\",\"alpha\":0.1,\"dropout\":0.5},{\"units\":3,\"activation\":\"softmax\"}],\"loss\":\"cross_entropy\",\"label_smoothing\":0.1}"), Bytes("{\"inputs\":1,\"layers\":[{\"units\":2,\"activation\":\"identity\"}],\"loss\":\"huber\",\"delta\":2}"), Bytes("{\"inputs\":1,\"layers\":[{\"units\":2,\"activation\":\"softmax\"}],\"loss\":\"cross_entropy\",\"members\":3,\"temperature\":0.5}"), Bytes("{\"inputs\":4,\"input\":{\"numbers\":2,\"codes\":[{\"categories\":7,\"size\":3},{\"categories\":2,\"size\":1}],\"scale\":true,\"periodic\":{\"frequencies\":4,\"size\":3,\"sigma\":0.5}},\"layers\":[{\"units\":12,\"activation\":\"silu\",\"norm\":\"layer\",\"residual\":true},{\"units\":1,\"activation\":\"identity\",\"norm\":\"batch\",\"epsilon\":0.1}]}")], [.. s_json, "\"inputs\"", "\"layers\"", "\"units\"", "\"activation\"", "\"alpha\"", "\"loss\"", "\"tau\"", "\"quantile\"", "\"gaussian_nll\"", "\"hinge\"", "\"input\"", "\"numbers\"", "\"codes\"", "\"categories\"", "\"size\"", "\"scale\"", "\"periodic\"", "\"frequencies\"", "\"sigma\"", "\"norm\"", "\"residual\"", "\"members\"", "\"temperature\"", "2147483647", "-1"], null),
        new("specification", Specification, [Bytes("784-256:relu-128:leaky_relu(0.1)-10:softmax"), Bytes("1-1"), Bytes("3-5:elu(1e-2)-2:celu(1.5) huber:1"), Bytes("2-2:sigmoid quantile:0.9")], ["-", ":", "(", ")", " ", "relu", "softmax", "elu(", "16777216", "gaussian_nll", "cross_entropy:0.1", "hinge", "e-"], null),
        new("configuration", Configuration, [Bytes("{\"network\":\"8:tanh\",\"epochs\":3,\"optimizer\":\"sgd\",\"learning-rate\":0.1,\"json\":true}"), Bytes("// x\n{\"target\":[\"a\",\"b\"],\"quiet\":false,}")], [.. s_json, "\"seed\"", "\"threads\"", "\"precision\"", "\"help\"", "\"resume\"", "@c", "--"], null) { MaxLength = 512 },
        new("parquet-footer", bytes => ParquetFooter.Read(bytes, 1000, "t.parquet"), [[0x15, 2, 0x19, 0x3C, 0x35, 0, 0x18, 1, 97, 0x15, 2, 0, 0x35, 0, 0x18, 1, 97, 0x15, 2, 0, 0x15, 2, 0x25, 2, 0x18, 1, 120, 0, 0x16, 0, 0x19, 0x0C, 0], Metadata(ParquetSeeds()[0])], ["\u0015\u0002\0", "\u001c", "\u001b\u0011", "\u0019\u00fc", "\u0018\u0001a"], null),
        new("parquet-pages", ParquetPages, [[5, 0, 0x15, 0, 0x15, 0x30, 0x15, 0x30, 0x2C, 0x15, 6, 0x15, 0, 0x15, 6, 0x15, 6, 0, 0, .. new byte[24]], [6, 1, 0x15, 0, 0x15, 0x1C, 0x15, 0x1C, 0x2C, 0x15, 4, 0x15, 0, 0x15, 6, 0x15, 6, 0, 0, 2, 0, 0, 0, 4, 1, 1, 0, 0, 0, 97, 0, 0, 0, 0]], ["\u0015\u0002", "\u0015\u0004", "\u0015\u0006", "\u0015\n", "\u0015\u000c", "\u0015\u000e", "\u0015\u0010", "\u0015\u0012", "\u002c", "\u004c", "\u005c", "\u0080\u0001\u0004"], null),
        new("csv", bytes => Csv(bytes, 1 << 20), [Bytes("a,b,y\n1,2.5,x\n,NA,z\n"), Bytes("\"a\"\"\";y\n\"1\n2\";3\n"), Bytes("a\ty\n1e5\t-2\n")], [",", "\n", "\r\n", "\"", ";", "nan", "inf", "1e400", "\uFEFF", "#", "''", "\"\"", "|"], null) { MaxLength = 512 },
        new("csv-chunks", bytes => Csv(bytes, 16), [Bytes("a,b,y\n1,2.5,x\n,NA,z\n\"q\n\",\"\"\"\",z\n"), Bytes("a b\n1 2\n 3  \"4\" \n"), Bytes("a;y\r\n1,5;2\r\n\r\n1.234,5;x\r\n")], [",", "\n", "\r\n", "\r", "\"", ";", "\"\"", " ", "\t", "sep=;\n", "5\" pipe", "1.234,5", "NA"], null) { MaxLength = 512 },
        new("json", Json, [Bytes("[{\"a\":1,\"y\":2.5},{\"a\":null,\"y\":\"x\"}]")], [.. s_json, "NaN", "Infinity"], null) { MaxLength = 512 },
        new("jsonl", Json, [Bytes("{\"b\":true,\"a\":\"x\"}\n{\"a\":7}\n{\"a\":\"1,234.50\"}\n"), Bytes("{\"a\":1,\"y\":2.5}\n{\"a\":2,\"y\":3.5}\n")], [.. s_json, "NaN", "Infinity", "\n"], null) { MaxLength = 512 },
        new("parquet", bytes => Use(ParquetReader.Read(new MemoryStream(bytes), "t.parquet")), ParquetSeeds(), ["PAR1", "\u0015\u0002", "\u001c", "\u0019"], RepairParquet),
        .. ImportTargets.All(),
    ];

    private static void Model(byte[] bytes)
    {
        ModelFile<float> model = ModelFile<float>.Read(SafeTensorsFile.Read(new MemoryStream(bytes), "m.st"), "m.st");
        if (model.Schema is { } schema)
        {
            SchemaJson.Read(schema);
        }
    }

    /// <summary>As it is, and with the hash made right, so that what it covers is read.</summary>
    private static void Checkpoints(byte[] bytes)
    {
        SafeTensorsFile file = SafeTensorsFile.Read(new MemoryStream(bytes), "c.st");
        var notes = new Dictionary<string, string>(file.Metadata, StringComparer.Ordinal) { ["format"] = "backprop-checkpoint", ["version"] = "3" };
        notes["sha256"] = Checkpoint<float>.Digest(new(file.Tensors, notes));
        try
        {
            Checkpoint<float>.FromFile(file, Lines);
        }
        catch (ModelException)
        {
        }

        Checkpoint<float>.FromFile(new(file.Tensors, notes), Lines);

        IReadOnlyList<EpochResult> Lines(HistoryMark mark) => EpochJson.ReadLines(Encoding.UTF8.GetBytes(notes.GetValueOrDefault("lines") ?? ""));
    }

    private static void Configuration(byte[] bytes) => ConfigFile.Merge(s_root, ["train", "--config", "c.json"], bytes, "c.json");

    private static void Specification(byte[] bytes)
    {
        string[] parts = Encoding.UTF8.GetString(bytes).Split(' ', 2);
        Loss? loss = parts.Length == 2 ? Loss.Parse(parts[1]) : null;
        var network = NetworkDefinition.Parse(parts[0], loss);
        if (!NetworkDefinition.Parse(network.ToString(), loss).Equals(network) || !NetworkJson.Read(NetworkJson.Write(network)).Network.Equals(network))
        {
            throw new InvalidOperationException($"{network} does not come back the same");
        }
    }

    private static void Json(byte[] bytes)
    {
        Table table = JsonReader.Read(new MemoryStream(bytes), "t.json");
        table.AsWritten([.. table.Names]);
        foreach (string name in (string[])["t.json", "t.csv"])
        {
            RequireSame(table, name);
        }
    }

    /// <summary>What is written is read again as it was.</summary>
    private static void RequireSame(Table table, string name)
    {
        using var stream = new MemoryStream();
        PredictionWriter.Write(stream, name, table.Columns);
        stream.Position = 0;
        Table back = name.EndsWith("json", StringComparison.Ordinal) ? JsonReader.Read(stream, name) : TableReader.ReadCsv(stream, name, new() { Separator = ',', Header = true });
        for (int c = 0; c < table.Columns.Count && name == "t.json"; c++)
        {
            Column a = table.Columns[c], b = back.Columns[c];
            for (int row = 0; row < a.Rows; row++)
            {
                if (a.IsMissing(row) != b.IsMissing(row) || (!a.IsText && !a.IsMissing(row) && a.Number(row) != b.Number(row)) || (a.IsText && b.IsText && a.Text(row) != b.Text(row)))
                {
                    throw new InvalidOperationException($"{name}, row {row}, column {a.Name}: {a.Text(row)} comes back as {b.Text(row)}");
                }
            }
        }
    }

    /// <summary>The pages of a chunk, whose type the first two bytes say.</summary>
    private static void ParquetPages(byte[] bytes)
    {
        if (bytes.Length < 2)
        {
            return;
        }

        var type = (PhysicalType)(bytes[0] % 8);
        CellKind[] kinds = type switch
        {
            PhysicalType.Boolean => [CellKind.Boolean],
            PhysicalType.Int32 => [CellKind.Integer, CellKind.Unsigned, CellKind.Decimal, CellKind.Date, CellKind.Time],
            PhysicalType.Int64 => [CellKind.Integer, CellKind.Unsigned, CellKind.Decimal, CellKind.Timestamp, CellKind.Time],
            PhysicalType.Int96 => [CellKind.Timestamp],
            PhysicalType.Float or PhysicalType.Double => [CellKind.Real],
            PhysicalType.Bytes => [CellKind.Text, CellKind.Decimal],
            _ => [CellKind.Decimal],
        };
        int width = type switch { PhysicalType.Int32 or PhysicalType.Float => 4, PhysicalType.Int64 or PhysicalType.Double => 8, PhysicalType.Int96 => 12, PhysicalType.FixedBytes => 5, _ => 0 };
        var column = new ParquetColumn("a", 0) { Type = type, Width = width, Kind = kinds[bytes[1] / 16 % kinds.Length], Scale = 2, PerSecond = 1_000_000, IsOptional = (bytes[1] & 1) != 0 };
        var chunk = new ParquetChunk(0, bytes.Length - 2, (bytes[1] >> 1) & 7, 20);
        try
        {
            if (column.Kind is CellKind.Boolean or CellKind.Integer or CellKind.Unsigned or CellKind.Real or CellKind.Decimal && (bytes[0] & 8) == 0)
            {
                new ChunkReader(1 << 20).Read(column, chunk, bytes.AsMemory(2), new double[20], new NumberConverter(column));
            }
            else
            {
                new ChunkReader(1 << 20).Read(column, chunk, bytes.AsMemory(2), new int[20], new TextConverter(column, new TextCodes(null), 1 << 20));
            }
        }
        catch (InvalidDataException)
        {
        }
        catch (Exception error) when (error is OverflowException or ArgumentException or IndexOutOfRangeException)
        {
            throw new InvalidOperationException("malformed pages are told by what is looked at", error);
        }
    }

    /// <summary>A cell, after a form where there is one: what is a date is a number of days within the calendar, give or take an offset.</summary>
    private static void Dates(byte[] bytes)
    {
        string text = Encoding.UTF8.GetString(bytes);
        DateForm[] forms = text.IndexOf(' ', StringComparison.Ordinal) is > 0 and var end && char.IsLetter(text[0]) ? [DateForm.Parse(text[..end])] : [.. DateForm.Known];
        foreach (DateForm form in forms)
        {
            if (form.TryParse(text, out double days) && !(days is > -719164 and < 2932898))
            {
                throw new InvalidOperationException($"'{text}' is {days} days");
            }
        }
    }

    /// <summary>Cells, one a line: what fits the format that is found is a number in it.</summary>
    private static void Numbers(byte[] bytes)
    {
        string[] cells = [.. Encoding.UTF8.GetString(bytes).Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)];
        foreach (char? mark in (char?[])[null, '.', ','])
        {
            if (cells.Length > 0 && NumberText.Infer(cells, mark).Format is { } format && Array.Find(cells, cell => !NumberText.TryParse(cell, format, out _)) is { } odd)
            {
                throw new InvalidOperationException($"'{odd}' does not fit {format}");
            }
        }
    }

    private static void Csv(byte[] bytes, int chunkLength) => Use(TableReader.ReadCsv(new MemoryStream(bytes), "t.csv", null, null, chunkLength));

    private static void Use(Table table)
    {
        TableSchema schema = SchemaInference.Infer(table, new() { Targets = [table.Names[^1]], ScaleTargets = true });
        SchemaJson.Read(SchemaJson.Write(schema));
        schema.Transform<float>(table, needTargets: true);
    }

    private static byte[][] ParquetSeeds()
    {
        using var stream = new MemoryStream();
        PredictionWriter.Write(stream, "seed.parquet", [new("a", ColumnType.Real, [1, 2.5, double.NaN]), new("y", ["x", "z", "x"])]);
        return [stream.ToArray()];
    }

    private static byte[] Metadata(byte[] file) => file[^(8 + BinaryPrimitives.ReadInt32LittleEndian(file.AsSpan(file.Length - 8)))..^8];

    /// <summary>The marks at both ends, and a length of the metadata that fits.</summary>
    private static byte[] RepairParquet(byte[] bytes)
    {
        if (bytes.Length > 16)
        {
            "PAR1"u8.CopyTo(bytes);
            "PAR1"u8.CopyTo(bytes.AsSpan(bytes.Length - 4));
            int length = BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(bytes.Length - 8));
            BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(bytes.Length - 8), Math.Clamp(length, 0, bytes.Length - 12));
        }

        return bytes;
    }

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private static string Quote(string text) => $"\"{System.Text.Json.JsonEncodedText.Encode(text)}\"";

    public static byte[] Tensors(string header, int bytes = 16) => Tensors([.. new byte[8], .. Bytes(header), .. new byte[bytes]]);

    /// <summary>The announced length is that of the header: it ends at the last bracket.</summary>
    public static byte[] Tensors(byte[] bytes)
    {
        int end = bytes.AsSpan().LastIndexOf((byte)'}');
        if (end >= 8)
        {
            BinaryPrimitives.WriteInt64LittleEndian(bytes, end - 7);
        }

        return bytes;
    }

    public static byte[] Npy(string type, string shape, int bytes) => RepairNpy([0x93, .. "NUMPY"u8, 1, 0, 0, 0, .. Bytes($"{{'descr': '{type}', 'fortran_order': True, 'shape': {shape}, }}\n"), .. new byte[bytes]]);

    public static byte[] RepairNpy(byte[] bytes)
    {
        int end = bytes.AsSpan().LastIndexOf((byte)'\n');
        if (end >= 10)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(8), (ushort)(end - 9));
        }

        return bytes;
    }

    public static byte[] Npz(params (string Name, byte[] Bytes)[] entries)
    {
        using var stream = new MemoryStream();
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Create))
        {
            foreach ((string name, byte[] bytes) in entries)
            {
                using Stream entry = zip.CreateEntry(name, CompressionLevel.NoCompression).Open();
                entry.Write(bytes);
            }
        }

        return stream.ToArray();
    }

    private static byte[] Gzip(byte[] bytes)
    {
        using var stream = new MemoryStream();
        using (var zip = new GZipStream(stream, CompressionLevel.NoCompression))
        {
            zip.Write(bytes);
        }

        return stream.ToArray();
    }

    private static byte[] Idx(byte type, uint[] shape, int bytes)
    {
        byte[] file = new byte[4 + (4 * shape.Length) + bytes];
        (file[2], file[3]) = (type, (byte)shape.Length);
        for (int d = 0; d < shape.Length; d++)
        {
            BinaryPrimitives.WriteUInt32BigEndian(file.AsSpan(4 + (4 * d)), shape[d]);
        }

        return file;
    }
}
