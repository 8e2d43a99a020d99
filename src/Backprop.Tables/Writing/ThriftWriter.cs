using Backprop.Tables.Reading.ParquetFiles;

namespace Backprop.Tables.Writing;

/// <summary>Thrift's compact protocol, in which Parquet's metadata are written.</summary>
internal sealed class ThriftWriter(ByteBuffer bytes)
{
    private readonly Stack<int> _open = new();
    private int _last;

    /// <summary>Begins a structure that is a whole, or an item of a list.</summary>
    public void Begin()
    {
        _open.Push(_last);
        _last = 0;
    }

    /// <summary>Ends the structure that was begun last.</summary>
    public void End()
    {
        bytes.Add((byte)ThriftType.Stop);
        _last = _open.Pop();
    }

    /// <summary>Begins a structure that is a field.</summary>
    public void Begin(int id)
    {
        Head(id, ThriftType.Structure);
        Begin();
    }

    public void Add(int id, int value)
    {
        Head(id, ThriftType.Int32);
        Item(value);
    }

    public void Add(int id, long value)
    {
        Head(id, ThriftType.Int64);
        Item(value);
    }

    public void Add(int id, string text)
    {
        Head(id, ThriftType.Binary);
        Item(text);
    }

    /// <summary>Begins a list, whose items follow.</summary>
    public void BeginList(int id, ThriftType type, int count)
    {
        Head(id, ThriftType.List);
        bytes.Add((byte)((Math.Min(count, 15) << 4) | (int)type));
        if (count >= 15)
        {
            bytes.AddSize((ulong)count);
        }
    }

    /// <summary>A whole number of a list.</summary>
    public void Item(long value) => bytes.AddSize((ulong)((value << 1) ^ (value >> 63)));

    /// <summary>A text of a list.</summary>
    public void Item(string text)
    {
        bytes.AddSize((ulong)System.Text.Encoding.UTF8.GetByteCount(text));
        bytes.Add(text);
    }

    private void Head(int id, ThriftType type)
    {
        bytes.Add((byte)(((id - _last) << 4) | (int)type)); // the fields here are never more than 15 apart
        _last = id;
    }
}
