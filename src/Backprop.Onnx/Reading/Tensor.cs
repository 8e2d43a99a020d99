using System.Buffers.Binary;
using Backprop.Onnx.Wire;

namespace Backprop.Onnx.Reading;

/// <summary>A constant of a graph.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Shape">Its sizes.</param>
/// <param name="Values">Its numbers, row-major: of floats their very values.</param>
/// <param name="IsRounded">Whether a float may not hold them.</param>
internal sealed record Tensor(string Name, int[] Shape, double[] Values, bool IsRounded) : Value
{
    /// <summary>A tensor, or why it cannot be had.</summary>
    public static Value Of(TensorProto proto, string name)
    {
        if (proto.DataLocation == TensorProto.Types.DataLocation.External || proto.ExternalData.Count > 0)
        {
            return new Refused($"tensor '{name}': its numbers lie in another file, expected within this one");
        }

        long count = 1;
        foreach (long size in proto.Dims)
        {
            if (size < 0 || size > int.MaxValue || (count *= size) > Array.MaxLength)
            {
                return new Refused($"tensor '{name}': sizes {string.Join('×', proto.Dims)} found, which no tensor has");
            }
        }

        ReadOnlySpan<byte> raw = proto.RawData.Span;
        (int width, double[]? listed) = proto.DataType switch
        {
            1 => (4, [.. proto.FloatData.Select(value => (double)value)]),
            11 => (8, proto.DoubleData.ToArray()),
            10 => (2, [.. proto.Int32Data.Select(bits => (double)BitConverter.UInt16BitsToHalf((ushort)bits))]),
            16 => (2, [.. proto.Int32Data.Select(bits => (double)BitConverter.Int32BitsToSingle(bits << 16))]),
            6 => (4, [.. proto.Int32Data.Select(value => (double)value)]),
            7 => (8, [.. proto.Int64Data.Select(value => (double)value)]),
            9 => (1, [.. proto.Int32Data.Select(value => (double)value)]),
            _ => (0, (double[]?)null),
        };
        if (listed is null)
        {
            return new Refused($"tensor '{name}': elements of type {proto.DataType} found, numbers of 16 to 64 bits or truth values expected");
        }

        if (raw.Length == 0 ? listed.Length != count : raw.Length != count * width)
        {
            return new Refused($"tensor '{name}': {(raw.Length == 0 ? $"{listed.Length} numbers" : $"{raw.Length} bytes")} found, {count} numbers of {width} bytes expected by its sizes {string.Join('×', proto.Dims)}");
        }

        double[] values = listed;
        if (raw.Length > 0)
        {
            values = new double[count];
            for (int n = 0; n < values.Length; n++)
            {
                ReadOnlySpan<byte> at = raw.Slice(n * width, width);
                values[n] = proto.DataType switch
                {
                    1 => BinaryPrimitives.ReadSingleLittleEndian(at),
                    11 => BinaryPrimitives.ReadDoubleLittleEndian(at),
                    10 => (double)BinaryPrimitives.ReadHalfLittleEndian(at),
                    16 => BitConverter.Int32BitsToSingle(BinaryPrimitives.ReadUInt16LittleEndian(at) << 16),
                    6 => BinaryPrimitives.ReadInt32LittleEndian(at),
                    9 => at[0],
                    _ => BinaryPrimitives.ReadInt64LittleEndian(at),
                };
            }
        }

        return new Tensor(name, [.. proto.Dims.Select(size => (int)size)], values, proto.DataType == 11);
    }

    /// <summary>Columns as rows; what is no matrix stays.</summary>
    public Tensor Transposed()
    {
        if (Shape.Length != 2)
        {
            return this;
        }

        (int rows, int columns) = (Shape[0], Shape[1]);
        double[] values = new double[Values.Length];
        for (int n = 0; n < values.Length; n++)
        {
            values[(n % columns * rows) + (n / columns)] = Values[n];
        }

        return this with { Shape = [columns, rows], Values = values };
    }

    /// <summary>Whether it is one row [Units] or [1×Units], which the same units of every row meet: [Units×1] would be of rows.</summary>
    public bool IsRow(int units) => Shape.Length <= 2 && Values.Length == units && (Shape.Length == 0 || Shape[^1] == units);

    public float[] ToFloats() => Array.ConvertAll(Values, value => (float)value);
}
