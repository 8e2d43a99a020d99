using System.Text.Json;

namespace Backprop.Cli.Tests;

/// <summary>Scaling pixels is part of the model: the same bytes are the same picture, whatever file they stand in.</summary>
public sealed class PixelTests : Tool
{
    private const int Rows = 60, Width = 3, Height = 2;

    private static readonly byte[] s_pixels = [.. Enumerable.Range(0, Rows * Width * Height).Select(n => (byte)(n * 7919 % 256))];

    private static readonly byte[] s_labels = [.. Enumerable.Range(0, Rows).Select(row => (byte)(s_pixels[row * Width * Height] / 100))];

    [Fact]
    public void TheSameBytesAreTheSamePicture()
    {
        string shape = $"({Rows}, {Height}, {Width})", labels = $"({Rows},)";
        File.WriteAllBytes(At("images"), [0, 0, 8, 3, 0, 0, 0, Rows, 0, 0, 0, Height, 0, 0, 0, Width, .. s_pixels]);
        File.WriteAllBytes(At("labels"), [0, 0, 8, 1, 0, 0, 0, Rows, .. s_labels]);
        File.WriteAllBytes(At("y.npy"), Npy("|u1", labels, s_labels));
        File.WriteAllBytes(At("bytes.npy"), Npy("|u1", shape, s_pixels));
        File.WriteAllBytes(At("flat.npy"), Npy("|u1", $"({Rows}, {Height * Width})", s_pixels));
        File.WriteAllBytes(At("scaled.npy"), Npy("<f8", shape, Array.ConvertAll(s_pixels, value => value / 255.0)));
        File.WriteAllBytes(At("raw.npy"), Npy("<f8", shape, Array.ConvertAll(s_pixels, value => (double)value)));

        foreach (string[] how in new string[][] { [], ["--network", "5:tanh"] })
        {
            JsonElement idx = Json(["train", "images,labels", "-o", "idx.st", "--epochs", "3", "--quiet", "--json", .. how]);
            JsonElement bytes = Json(["train", "bytes.npy,y.npy", "-o", "bytes.st", "--epochs", "3", "--quiet", "--json", .. how]);
            Assert.Equal(idx.GetProperty("sha256").GetString(), bytes.GetProperty("sha256").GetString());
            Assert.Empty(idx.GetProperty("warnings").EnumerateArray());
            Assert.Contains("--preprocess none", Assert.Single(bytes.GetProperty("warnings").EnumerateArray()).GetString()); // it was guessed
            foreach (string model in new[] { "idx.st", "bytes.st" })
            {
                string expected = Run("predict", model, "images").Out;
                Assert.NotEmpty(expected);
                foreach (string same in new[] { "bytes.npy", "flat.npy", "scaled.npy" })
                {
                    Assert.Equal((0, expected, ""), Run("predict", model, same));
                }

                (int code, _, string error) = Run("predict", model, "raw.npy");
                Assert.Equal(0, code);
                Assert.Contains("features lie far outside what the model was trained on (0 … 1)", error);
            }
        }
    }

    /// <summary>A model of numbers from 0 to 255 takes bytes as such numbers, from IDX files too; one of numbers from 0 to 1 takes them scaled.</summary>
    [Fact]
    public void BytesAreWhatTheModelLearnedFromAsNumbers()
    {
        byte[] idx = [0, 0, 8, 3, 0, 0, 0, Rows, 0, 0, 0, Height, 0, 0, 0, Width, .. s_pixels];
        File.WriteAllBytes(At("images"), idx);
        File.WriteAllBytes(At("bytes.npy"), Npy("|u1", $"({Rows}, {Height}, {Width})", s_pixels));
        File.WriteAllBytes(At("y.npy"), Npy("|u1", $"({Rows},)", s_labels));
        foreach ((string name, double unit) in new[] { ("raw.npy", 1.0), ("scaled.npy", 255.0) })
        {
            File.WriteAllBytes(At(name), Npy("<f8", $"({Rows}, {Height * Width})", Array.ConvertAll(s_pixels, value => value / unit)));
            foreach (string[] how in new string[][] { [], ["--network", "5:tanh"] })
            {
                Assert.Equal(0, Run(["train", $"{name},y.npy", "-o", "m.st", "--epochs", "2", "--quiet", .. how]).Code);
                (int Code, string Out, string Error) expected = Run("predict", "m.st", name);
                Assert.Equal(expected, Run("predict", "m.st", "images"));
                Assert.Equal(expected, Run("predict", "m.st", "bytes.npy"));
            }
        }
    }

    /// <summary>Bytes that are no pixels are taken as they are where that is said, and then at prediction too.</summary>
    [Fact]
    public void BytesThatAreNoPixelsStayAsTheyAre()
    {
        byte[] small = Array.ConvertAll(s_pixels, value => (byte)(value % 4));
        string shape = $"({Rows}, {Height * Width})";
        File.WriteAllBytes(At("y.npy"), Npy("|u1", $"({Rows},)", s_labels));
        File.WriteAllBytes(At("bytes.npy"), Npy("|u1", shape, small));
        File.WriteAllBytes(At("raw.npy"), Npy("<f8", shape, Array.ConvertAll(small, value => (double)value)));
        string[] how = ["--network", "5:tanh", "--epochs", "3", "--preprocess", "none", "--quiet", "--json"];
        JsonElement bytes = Json(["train", "bytes.npy,y.npy", "-o", "bytes.st", .. how]), raw = Json(["train", "raw.npy,y.npy", "-o", "raw.st", .. how]);
        Assert.Equal(bytes.GetProperty("sha256").GetString(), raw.GetProperty("sha256").GetString());
        Assert.Empty(bytes.GetProperty("warnings").EnumerateArray());
        Assert.Equal(Run("predict", "raw.st", "raw.npy"), Run("predict", "bytes.st", "bytes.npy"));
    }
}
