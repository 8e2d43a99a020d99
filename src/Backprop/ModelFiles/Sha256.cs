using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Backprop.ModelFiles;

/// <summary>
/// SHA-256 (FIPS 180-4) of bytes that come one after another. On Linux .NET takes it from OpenSSL, and ends the process where that is not installed, as on small images; there it is computed here, some times more slowly.
/// </summary>
/// <example>
/// <code>
/// using var hash = new Sha256();
/// hash.Append([1, 2, 3]);
/// Console.WriteLine(hash.Current);
/// </code>
/// </example>
public sealed class Sha256 : IDisposable
{
    private const int Block = 64;

    /// <summary>The names that .NET looks for.</summary>
    private static readonly string[] s_libraries = ["libssl.so.3", "libssl.so.1.1", "libssl.so.1.0.2", "libssl.so.1.0.0", "libssl.so.10"];

    private static readonly bool s_isProvided = Platform.Current != Platform.Linux || s_libraries.Any(name => NativeLibrary.TryLoad(name, out _));

    /// <summary>The first bits of the fractions of cube roots of primes.</summary>
    private static readonly uint[] s_constants =
    [
        0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
        0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
        0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
        0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
        0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
        0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
        0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
        0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
    ];

    private readonly IncrementalHash? _provided;

    /// <summary>The first bits of the fractions of square roots of primes, at first.</summary>
    private readonly uint[] _state = [0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19];
    private readonly byte[] _open = new byte[Block]; // bytes that are no block yet
    private long _length;

    /// <summary>A hash of nothing so far.</summary>
    public Sha256() : this(s_isProvided)
    {
    }

    /// <param name="isProvided">Whether .NET can compute it.</param>
    internal Sha256(bool isProvided) => _provided = isProvided ? IncrementalHash.CreateHash(HashAlgorithmName.SHA256) : null;

    /// <summary>The hash of all bytes so far, as hexadecimal digits in lower case.</summary>
    public string Current => Convert.ToHexStringLower(_provided?.GetCurrentHash() ?? End());

    /// <summary>The hash of bytes, as hexadecimal digits in lower case.</summary>
    public static string Of(ReadOnlySpan<byte> bytes)
    {
        using var hash = new Sha256();
        hash.Append(bytes);
        return hash.Current;
    }

    /// <summary>The hash of what is left of a stream, as hexadecimal digits in lower case.</summary>
    public static string Of(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        using var hash = new Sha256();
        byte[] piece = new byte[1 << 16];
        for (int count; (count = stream.Read(piece)) > 0;)
        {
            hash.Append(piece.AsSpan(0, count));
        }

        return hash.Current;
    }

    /// <summary>Takes more bytes.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        if (_provided is not null)
        {
            _provided.AppendData(bytes);
            return;
        }

        int open = (int)(_length % Block);
        _length += bytes.Length;
        if (open > 0)
        {
            int some = Math.Min(Block - open, bytes.Length);
            bytes[..some].CopyTo(_open.AsSpan(open));
            bytes = bytes[some..];
            if (open + some < Block)
            {
                return;
            }

            Compress(_state, _open);
        }

        for (; bytes.Length >= Block; bytes = bytes[Block..])
        {
            Compress(_state, bytes);
        }

        bytes.CopyTo(_open);
    }

    /// <inheritdoc/>
    public void Dispose() => _provided?.Dispose();

    /// <summary>A bit, zeros, and the length in bits end it; what was taken so far stays.</summary>
    private byte[] End()
    {
        uint[] state = [.. _state];
        int open = (int)(_length % Block);
        byte[] end = new byte[open < Block - 8 ? Block : 2 * Block];
        _open.AsSpan(0, open).CopyTo(end);
        end[open] = 0x80;
        BinaryPrimitives.WriteInt64BigEndian(end.AsSpan(end.Length - 8), 8 * _length);
        for (int at = 0; at < end.Length; at += Block)
        {
            Compress(state, end.AsSpan(at, Block));
        }

        byte[] hash = new byte[32];
        for (int n = 0; n < state.Length; n++)
        {
            BinaryPrimitives.WriteUInt32BigEndian(hash.AsSpan(4 * n), state[n]);
        }

        return hash;
    }

    private static void Compress(uint[] state, ReadOnlySpan<byte> block)
    {
        Span<uint> words = stackalloc uint[Block];
        for (int n = 0; n < 16; n++)
        {
            words[n] = BinaryPrimitives.ReadUInt32BigEndian(block[(4 * n)..]);
        }

        for (int n = 16; n < Block; n++)
        {
            uint w15 = words[n - 15], w2 = words[n - 2];
            words[n] = words[n - 16] + words[n - 7]
                + (BitOperations.RotateRight(w15, 7) ^ BitOperations.RotateRight(w15, 18) ^ (w15 >> 3))
                + (BitOperations.RotateRight(w2, 17) ^ BitOperations.RotateRight(w2, 19) ^ (w2 >> 10));
        }

        (uint a, uint b, uint c, uint d, uint e, uint f, uint g, uint h) = (state[0], state[1], state[2], state[3], state[4], state[5], state[6], state[7]);
        for (int n = 0; n < Block; n++)
        {
            uint one = h + s_constants[n] + words[n] + (BitOperations.RotateRight(e, 6) ^ BitOperations.RotateRight(e, 11) ^ BitOperations.RotateRight(e, 25)) + ((e & f) ^ (~e & g));
            uint two = (BitOperations.RotateRight(a, 2) ^ BitOperations.RotateRight(a, 13) ^ BitOperations.RotateRight(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));
            (h, g, f, e, d, c, b, a) = (g, f, e, d + one, c, b, a, one + two);
        }

        state[0] += a;
        state[1] += b;
        state[2] += c;
        state[3] += d;
        state[4] += e;
        state[5] += f;
        state[6] += g;
        state[7] += h;
    }
}
