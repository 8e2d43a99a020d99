namespace Backprop.Pages;

/// <summary>The files that the page asks its host for.</summary>
public static class PageAssets
{
    /// <summary>Their names and media types.</summary>
    public static IReadOnlyDictionary<string, string> Types { get; } = new Dictionary<string, string>(StringComparer.Ordinal) { ["page.css"] = "text/css", ["page.js"] = "text/javascript" };

    /// <summary>A file's bytes.</summary>
    public static Stream Open(string name) => typeof(PageAssets).Assembly.GetManifestResourceStream(name)!;
}
