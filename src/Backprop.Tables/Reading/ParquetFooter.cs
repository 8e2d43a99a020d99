using System.Buffers.Binary;
using System.Text;

namespace Backprop.Tables.Reading;

/// <summary>
/// The metadata at the end of a Parquet file, in Thrift's compact protocol: walked once to see that they end where they should, that neither
/// they nor the schema in them nest too deeply, and that no two columns have one name.
/// </summary>
internal static class ParquetFooter
{
    private const int SchemaField = 2, NameField = 4, ChildrenField = 5;

    /// <exception cref="DataException">No footer, or a malformed one.</exception>
    public static void Check(Stream file, string source)
    {
        Span<byte> tail = stackalloc byte[8];
        if (file.Length < 12)
        {
            throw new DataException($"'{source}' is not a Parquet file: {file.Length} bytes found");
        }

        file.Position = file.Length - 8;
        file.ReadExactly(tail);
        uint length = BinaryPrimitives.ReadUInt32LittleEndian(tail);
        if (!tail[4..].SequenceEqual("PAR1"u8) || length > file.Length - 12)
        {
            throw new DataException($"'{source}' is not a Parquet file: it does not end with PAR1 and the length of its metadata");
        }

        byte[] metadata = new byte[length];
        file.Position = file.Length - 8 - length;
        file.ReadExactly(metadata);
        Check(metadata, source);
    }

    internal static void Check(ReadOnlySpan<byte> metadata, string source)
    {
        var walk = new Walk(metadata);
        walk.Struct(0, Where.Metadata);
        if (walk.Failed)
        {
            throw new DataException($"'{source}': the metadata of the Parquet file are malformed, or nested more than {FileGuard.MaxDepth} deep");
        }

        if (walk.Twice is { } name)
        {
            throw new DataException($"'{source}' has two columns named '{name}'");
        }
    }

    /// <summary>Which structure is walked: all metadata, the schema or an element of it, or another one.</summary>
    private enum Where
    {
        Metadata,
        Schema,
        Elsewhere,
    }

    private ref struct Walk(ReadOnlySpan<byte> bytes)
    {
        private readonly ReadOnlySpan<byte> _bytes = bytes;
        private readonly Stack<long> _open = new(); // how many children each open group of the schema still expects
        private readonly HashSet<string> _columns = new(StringComparer.Ordinal);
        private int _at;

        public bool Failed { get; private set; }

        /// <summary>A name that two columns have.</summary>
        public string? Twice { get; private set; }

        /// <param name="depth">How deep in the metadata.</param>
        /// <param name="where">What it is.</param>
        public void Struct(int depth, Where where)
        {
            long children = 0;
            string name = "";
            for (int field = 0; Deep(depth);)
            {
                byte head = Byte();
                if (Failed || head == 0)
                {
                    break;
                }

                field = head >> 4 == 0 ? (int)Number() : field + (head >> 4);
                if (where == Where.Schema && field == ChildrenField && (head & 15) is 4 or 5 or 6)
                {
                    children = Number();
                    continue;
                }

                if (where == Where.Schema && field == NameField && (head & 15) == 8)
                {
                    name = Encoding.UTF8.GetString(Skip(Size()));
                    continue;
                }

                Value(head & 15, depth + 1, where == Where.Metadata && field == SchemaField ? Where.Schema : Where.Elsewhere);
            }

            if (where == Where.Schema)
            {
                Element(name, children);
            }
        }

        private void Element(string name, long children)
        {
            while (_open.TryPeek(out long none) && none == 0)
            {
                _open.Pop();
            }

            if (_open.TryPop(out long left))
            {
                _open.Push(left - 1);
            }

            if (_open.Count == 1 && !_columns.Add(name)) // the first element holds the columns
            {
                Twice ??= name;
            }

            if (children > 0)
            {
                _open.Push(children);
            }

            Failed |= children < 0 || _open.Count > FileGuard.MaxDepth;
        }

        private void Value(int type, int depth, Where where)
        {
            if (!Deep(depth))
            {
                return;
            }

            switch (type)
            {
                case 1 or 2: // the type is the value
                    break;
                case 3:
                    Byte();
                    break;
                case 4 or 5 or 6:
                    Number();
                    break;
                case 7:
                    Skip(8);
                    break;
                case 8:
                    Skip(Size());
                    break;
                case 9 or 10:
                    List(depth, where);
                    break;
                case 11:
                    Map(depth);
                    break;
                case 12:
                    Struct(depth, where);
                    break;
                default:
                    Failed = true;
                    break;
            }
        }

        private void List(int depth, Where where)
        {
            byte head = Byte();
            ulong count = head >> 4 == 15 ? Size() : (ulong)(head >> 4);
            for (ulong n = 0; n < count && !Failed; n++)
            {
                Item(head & 15, depth + 1, where);
            }
        }

        private void Map(int depth)
        {
            ulong count = Size();
            byte types = count == 0 ? (byte)0 : Byte();
            for (ulong n = 0; n < count && !Failed; n++)
            {
                Item(types >> 4, depth + 1, Where.Elsewhere);
                Item(types & 15, depth + 1, Where.Elsewhere);
            }
        }

        /// <summary>In lists and maps a truth value takes a byte.</summary>
        private void Item(int type, int depth, Where where) => Value(type is 1 or 2 ? 3 : type, depth, where);

        private bool Deep(int depth)
        {
            Failed |= depth > FileGuard.MaxDepth;
            return !Failed;
        }

        private byte Byte()
        {
            if (_at >= _bytes.Length)
            {
                Failed = true;
                return 0;
            }

            return _bytes[_at++];
        }

        private ulong Size()
        {
            ulong value = 0;
            for (int shift = 0; shift < 64; shift += 7)
            {
                byte part = Byte();
                value |= (ulong)(part & 0x7F) << shift;
                if (part < 0x80)
                {
                    return value;
                }
            }

            Failed = true;
            return 0;
        }

        private long Number()
        {
            ulong value = Size();
            return (long)(value >> 1) ^ -(long)(value & 1);
        }

        private ReadOnlySpan<byte> Skip(ulong count)
        {
            if (count > (ulong)(_bytes.Length - _at))
            {
                Failed = true;
                return [];
            }

            _at += (int)count;
            return _bytes[(_at - (int)count).._at];
        }
    }
}
