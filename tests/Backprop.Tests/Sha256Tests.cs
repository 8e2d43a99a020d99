using System.Security.Cryptography;
using Backprop.ModelFiles;

namespace Backprop.Tests;

/// <summary>The hash that is computed where OpenSSL is not, beside .NET's own and FIPS 180-4's examples.</summary>
public class Sha256Tests
{
    [Theory]
    [InlineData("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")]
    [InlineData("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")]
    [InlineData("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1")]
    public void ExamplesOfTheStandard(string text, string expected)
    {
        foreach (bool isProvided in (bool[])[true, false])
        {
            using var hash = new Sha256(isProvided);
            hash.Append(System.Text.Encoding.ASCII.GetBytes(text));
            Assert.Equal(expected, hash.Current);
        }
    }

    /// <summary>In pieces around blocks of 64, and asked for in between.</summary>
    [Fact]
    public void PiecesAreOne()
    {
        var random = new Random(1);
        byte[] bytes = new byte[100_000];
        random.NextBytes(bytes);
        foreach (int piece in (int[])[1, 7, 55, 56, 63, 64, 65, 128, 1000])
        {
            using var hash = new Sha256(isProvided: false);
            int length = Math.Min(bytes.Length, 40 * piece);
            for (int at = 0; at < length; at += piece)
            {
                Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(bytes.AsSpan(0, at))), hash.Current);
                hash.Append(bytes.AsSpan(at, Math.Min(piece, length - at)));
            }

            Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(bytes.AsSpan(0, length))), hash.Current);
        }

        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(bytes)), Sha256.Of(new MemoryStream(bytes)));
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(bytes)), Sha256.Of(bytes));
    }
}
