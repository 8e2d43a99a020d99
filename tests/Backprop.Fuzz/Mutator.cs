using System.Buffers.Binary;

namespace Backprop.Fuzz;

/// <summary>Small wrongs done to bytes. All of it follows from one seed.</summary>
internal sealed class Mutator(Random random, byte[][] words)
{
    private static readonly long[] s_interesting = [0, 1, -1, 2, 7, 8, 16, 63, 64, 65, 127, 128, 255, 256, 1000, 4096, 32767, 32768, 65535, 65536, 100_000_000, int.MaxValue, int.MinValue, uint.MaxValue, 1L << 32, long.MaxValue, long.MinValue];

    private static readonly string[] s_numbers = ["0", "-1", "1e400", "-1e400", "1e-400", "0.1", "2147483648", "9223372036854775808", "NaN", "null", "true", "\"\"", "[]", "{}", "\"\\ud800\"", "\\u0000", "1E5", "00"];

    /// <summary>One to eight wrongs.</summary>
    public byte[] Mutate(byte[] seed, IReadOnlyList<byte[]> others, int maxLength)
    {
        List<byte> bytes = [.. seed];
        for (int times = 1 << random.Next(3); times > 0; times--)
        {
            Once(bytes, others);
        }

        if (bytes.Count > maxLength)
        {
            bytes.RemoveRange(maxLength, bytes.Count - maxLength);
        }

        return [.. bytes];
    }

    private void Once(List<byte> bytes, IReadOnlyList<byte[]> others)
    {
        int at = random.Next(bytes.Count + 1), left = bytes.Count - at, some = Math.Min(left, 1 + random.Next(1 << random.Next(1, 8)));
        switch (random.Next(14))
        {
            case 0 when left > 0:
                bytes[at] ^= (byte)(1 << random.Next(8));
                break;
            case 1 when left > 0:
                bytes[at] = (byte)random.Next(256);
                break;
            case 2 when left > 0:
                bytes[at] += (byte)(random.Next(2) == 0 ? 1 : 255);
                break;
            case 3:
                bytes.RemoveRange(at, some);
                break;
            case 4:
                bytes.InsertRange(at, [.. bytes.GetRange(at, some)]);
                break;
            case 5:
                bytes.InsertRange(at, words[random.Next(words.Length)]);
                break;
            case 6:
                byte[] word = words[random.Next(words.Length)];
                bytes.RemoveRange(at, Math.Min(left, word.Length));
                bytes.InsertRange(at, word);
                break;
            case 7:
                Length(bytes, at);
                break;
            case 8:
                Number(bytes, at);
                break;
            case 9:
                Item(bytes, at);
                break;
            case 10:
                byte[] other = others[random.Next(others.Count)];
                int from = random.Next(other.Length + 1);
                bytes.RemoveRange(at, left);
                bytes.AddRange(other.AsSpan(from));
                break;
            case 11:
                byte[] donor = others[random.Next(others.Count)];
                int start = random.Next(donor.Length + 1);
                bytes.InsertRange(at, donor.AsSpan(start, Math.Min(donor.Length - start, 1 + random.Next(32))).ToArray());
                break;
            case 12:
                bytes.RemoveRange(at, left);
                break;
            case 13:
                bytes.InsertRange(at, Enumerable.Repeat((byte)random.Next(256), random.Next(1, 64)));
                break;
        }
    }

    /// <summary>A length or an offset becomes another one, in either byte order.</summary>
    private void Length(List<byte> bytes, int at)
    {
        int width = 1 << random.Next(4);
        if (at + width > bytes.Count)
        {
            return;
        }

        long value = s_interesting[random.Next(s_interesting.Length)] + random.Next(-1, 2);
        byte[] field = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(field, value);
        Array.Resize(ref field, width);
        if (random.Next(2) == 0)
        {
            Array.Reverse(field);
        }

        for (int n = 0; n < width; n++)
        {
            bytes[at + n] = field[n];
        }
    }

    /// <summary>The next written number becomes another one, or something that is none.</summary>
    private void Number(List<byte> bytes, int at)
    {
        int start = bytes.FindIndex(at, b => b is >= (byte)'0' and <= (byte)'9');
        if (start >= 0)
        {
            int end = bytes.FindIndex(start, b => b is not (>= (byte)'0' and <= (byte)'9'));
            bytes.RemoveRange(start, (end < 0 ? bytes.Count : end) - start);
            bytes.InsertRange(start, System.Text.Encoding.ASCII.GetBytes(s_numbers[random.Next(s_numbers.Length)]));
        }
    }

    /// <summary>What stands between two commas, such as a key and its value, comes twice or not at all.</summary>
    private void Item(List<byte> bytes, int at)
    {
        int start = bytes.IndexOf((byte)',', at), end = start < 0 ? -1 : bytes.IndexOf((byte)',', start + 1);
        if (end > start)
        {
            if (random.Next(2) == 0)
            {
                bytes.InsertRange(end, [.. bytes.GetRange(start, end - start)]);
            }
            else
            {
                bytes.RemoveRange(start, end - start);
            }
        }
    }
}
