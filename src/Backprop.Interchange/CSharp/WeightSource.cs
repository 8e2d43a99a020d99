using System.Globalization;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Text;

namespace Backprop.Interchange.CSharp;

/// <summary>Numbers of the networks in the order in which they are read, and the literals that they are in the source.</summary>
internal sealed class WeightSource<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>
    /// Up to here each byte is a literal of its own: the compiler puts them into the assembly, where they are read in place. It takes about 500 bytes of memory for each, so that more are numbers of eight
    /// bytes, an eighth of the literals, which become one array when the program starts.
    /// </summary>
    public const int MostBytes = 1 << 20;

    /// <summary>More the compiler takes minutes and gigabytes for.</summary>
    public const int Most = 1 << 25;

    private readonly List<T> _numbers = [];

    /// <summary>How many there are.</summary>
    public int Count => _numbers.Count;

    /// <summary>Adds numbers; returns where they stand.</summary>
    public int Add(ReadOnlySpan<T> numbers)
    {
        int first = _numbers.Count;
        _numbers.AddRange(numbers);
        return first;
    }

    /// <summary>Adds a product y = b + W x as its loop reads it: panels of columns of y, in each first b, then a row for each of x.</summary>
    /// <param name="weights">W [Out×In].</param>
    /// <param name="biases">b [Out].</param>
    /// <returns>Where it stands.</returns>
    public int AddPanels(ReadOnlySpan<T> weights, ReadOnlySpan<T> biases)
    {
        int first = _numbers.Count, outputs = biases.Length, inputs = weights.Length / outputs, panel = 128 / Marshal.SizeOf<T>();
        for (int column = 0; column < outputs; column += panel)
        {
            int end = Math.Min(outputs, column + panel);
            _numbers.AddRange(biases[column..end]);
            for (int input = 0; input < inputs; input++)
            {
                for (int output = column; output < end; output++)
                {
                    _numbers.Add(weights[(output * inputs) + input]);
                }
            }
        }

        return first;
    }

    /// <summary>The declarations.</summary>
    public string Declaration()
    {
        ReadOnlySpan<byte> bytes = MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(_numbers));
        var text = new StringBuilder();
        if (bytes.Length <= MostBytes)
        {
            text.Append("    private static ReadOnlySpan<Real> Weights => BitConverter.IsLittleEndian ? MemoryMarshal.Cast<byte, Real>(WeightBytes) : throw new PlatformNotSupportedException(\"the weights are little-endian\");\n\n");
            text.Append("    private static ReadOnlySpan<byte> WeightBytes => new byte[]\n    {\n");
            for (int n = 0; n < bytes.Length; n++)
            {
                text.Append(n % 32 == 0 ? "        " : "").Append(bytes[n].ToString(CultureInfo.InvariantCulture)).Append(n + 1 == bytes.Length || n % 32 == 31 ? ",\n" : ",");
            }

            return text.Append("    };\n").ToString();
        }

        byte[] whole = new byte[(bytes.Length + 7) / 8 * 8];
        bytes.CopyTo(whole);
        ReadOnlySpan<ulong> words = MemoryMarshal.Cast<byte, ulong>(whole);
        text.Append(CultureInfo.InvariantCulture, $"    private static ReadOnlySpan<Real> Weights => BitConverter.IsLittleEndian ? MemoryMarshal.Cast<ulong, Real>(s_weights).Slice(0, {Count}) : throw new PlatformNotSupportedException(\"the weights are little-endian\");\n\n");
        text.Append("    private static readonly ulong[] s_weights =\n    {\n");
        for (int n = 0; n < words.Length; n++)
        {
            text.Append(n % 8 == 0 ? "        0x" : "0x").Append(words[n].ToString("X", CultureInfo.InvariantCulture)).Append(n + 1 == words.Length || n % 8 == 7 ? ",\n" : ",");
        }

        return text.Append("    };\n").ToString();
    }
}
