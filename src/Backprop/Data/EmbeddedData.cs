using System.IO.Compression;

namespace Backprop.Data;

/// <summary>Real data inside the library: <c>digits</c> (1797 images of handwritten digits, 8×8) and <c>iris</c> (150 flowers). Attribution is beside the files.</summary>
public static class EmbeddedData
{
    /// <summary>The names.</summary>
    public static IReadOnlyList<string> Names => ["digits", "iris"];

    /// <summary>A data set as CSV with a header line.</summary>
    /// <exception cref="UsageException">Unknown name.</exception>
    public static Stream OpenCsv(string name)
    {
        string file = name switch
        {
            "digits" => "digits.csv.gz",
            "iris" => "iris.csv",
            _ => throw new UsageException(Suggestion.Unknown("built-in data", name, Names)),
        };
        Stream stream = typeof(EmbeddedData).Assembly.GetManifestResourceStream(file)!;
        return file.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(stream, CompressionMode.Decompress) : stream;
    }

    /// <summary>The target column of a data set.</summary>
    public static string Target(string name) => name == "digits" ? "digit" : "species";
}
