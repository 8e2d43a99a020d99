namespace Backprop.Derivations.Formats;

/// <summary>A document of prose and formulas. Prose holds formulas between dollar signs.</summary>
internal interface IMathWriter
{
    /// <summary>The title.</summary>
    void Title(string prose);

    /// <summary>A section begins.</summary>
    void Section(string prose);

    /// <summary>A paragraph.</summary>
    void Paragraph(string prose);

    /// <summary>A formula of its own.</summary>
    void Display(string formula);

    /// <summary>A table whose first line is its head.</summary>
    void Table(IReadOnlyList<string[]> lines);
}
