namespace Backprop.ModelFiles;

/// <summary>One tensor of a safetensors file.</summary>
/// <param name="Name">Unique in its file.</param>
/// <param name="Type"><c>F32</c>, <c>F64</c> or another type name of the format.</param>
/// <param name="Shape">Row-major.</param>
/// <param name="Data">Little-endian bytes.</param>
public sealed record SafeTensor(string Name, string Type, IReadOnlyList<long> Shape, ReadOnlyMemory<byte> Data)
{
    /// <summary>A float tensor.</summary>
    public static SafeTensor Of(string name, ReadOnlySpan<float> values, params long[] shape) => new(name, "F32", shape, Bytes(values));

    /// <summary>A double tensor.</summary>
    public static SafeTensor Of(string name, ReadOnlySpan<double> values, params long[] shape) => new(name, "F64", shape, Bytes(values));

    /// <summary>The numbers of an F16, BF16, F32 or F64 tensor.</summary>
    /// <exception cref="ModelException">Another type.</exception>
    public double[] ToDoubles()
    {
        ReadOnlySpan<byte> bytes = Data.Span;
        switch (Type)
        {
            case "F64":
                double[] doubles = new double[bytes.Length / sizeof(double)];
                for (int n = 0; n < doubles.Length; n++)
                {
                    doubles[n] = System.Buffers.Binary.BinaryPrimitives.ReadDoubleLittleEndian(bytes[(n * sizeof(double))..]);
                }

                return doubles;
            case "F32":
                double[] singles = new double[bytes.Length / sizeof(float)];
                for (int n = 0; n < singles.Length; n++)
                {
                    singles[n] = System.Buffers.Binary.BinaryPrimitives.ReadSingleLittleEndian(bytes[(n * sizeof(float))..]);
                }

                return singles;
            case "F16" or "BF16":
                double[] halves = new double[bytes.Length / sizeof(ushort)];
                for (int n = 0; n < halves.Length; n++)
                {
                    ushort bits = System.Buffers.Binary.BinaryPrimitives.ReadUInt16LittleEndian(bytes[(n * sizeof(ushort))..]);
                    halves[n] = Type == "F16" ? (double)BitConverter.UInt16BitsToHalf(bits) : BitConverter.Int32BitsToSingle(bits << 16);
                }

                return halves;
            default:
                throw new ModelException($"tensor '{Name}': type {Type} found, F16, BF16, F32 or F64 expected");
        }
    }

    private static long Length(int count, int size) => (long)count * size is var bytes && bytes <= Array.MaxLength
        ? bytes
        : throw new DataException($"a tensor of {count} numbers takes {bytes} bytes, at most {Array.MaxLength} in one tensor are supported");

    private static byte[] Bytes(ReadOnlySpan<float> values)
    {
        byte[] bytes = new byte[Length(values.Length, sizeof(float))];
        for (int n = 0; n < values.Length; n++)
        {
            System.Buffers.Binary.BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(n * sizeof(float)), values[n]);
        }

        return bytes;
    }

    private static byte[] Bytes(ReadOnlySpan<double> values)
    {
        byte[] bytes = new byte[Length(values.Length, sizeof(double))];
        for (int n = 0; n < values.Length; n++)
        {
            System.Buffers.Binary.BinaryPrimitives.WriteDoubleLittleEndian(bytes.AsSpan(n * sizeof(double)), values[n]);
        }

        return bytes;
    }
}
