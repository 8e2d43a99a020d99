namespace Backprop.Interchange.CSharp;

/// <summary>How a model is written as C#.</summary>
public sealed record CSharpOptions
{
    /// <summary>The oldest version of the language that can be asked for: what Unity has.</summary>
    public const int OldestLanguage = 9;

    /// <summary>The newest version that the source makes use of.</summary>
    public const int NewestLanguage = 10;

    /// <summary>The version of the language that the source keeps to; from 10 on the namespace is that of the file.</summary>
    public int Language { get; init; } = NewestLanguage;

    /// <summary>The namespace; null: none.</summary>
    public string? Namespace { get; init; }

    /// <summary>The class; null: what the file is called.</summary>
    public string? Class { get; init; }

    /// <summary>Whether the source has an entry point, so that <c>dotnet run FILE.cs</c> predicts rows of cells.</summary>
    public bool HasMain { get; init; }

    /// <summary>Reads a version of the language: 9, 10, … or latest.</summary>
    /// <exception cref="UsageException">Neither, or older than 9.</exception>
    public static int ParseLanguage(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text is "latest" ? NewestLanguage
            : int.TryParse(text.EndsWith(".0", StringComparison.Ordinal) ? text[..^2] : text, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out int version) && version >= OldestLanguage ? Math.Min(version, NewestLanguage)
            : throw new UsageException($"C# {text} found, a version of the language from {OldestLanguage} on expected, or latest") { Settings = ["LanguageVersion"] };
    }
}
