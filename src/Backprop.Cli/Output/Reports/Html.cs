using System.Globalization;
using System.Net;

namespace Backprop.Cli.Output.Reports;

/// <summary>Pieces of a page.</summary>
internal static class Html
{
    public static string Escape(string text) => WebUtility.HtmlEncode(text);

    /// <summary>A part with a heading, and below it what is to be known of it.</summary>
    public static string Section(string title, string content, string? note = null, string style = "") => content == "" ? ""
        : $"<section{(style == "" ? "" : $" class=\"{style}\"")}><h2>{Escape(title)}</h2>{content}{(note is null ? "" : $"<p class=\"note\">{Escape(note)}</p>")}</section>";

    /// <summary>Names and values.</summary>
    public static string List(string title, IEnumerable<(string Name, string Value)> rows) =>
        Section(title, $"<table class=\"list\">{string.Concat(rows.Select(row => $"<tr><th scope=\"row\">{Escape(row.Name)}</th><td>{Escape(row.Value)}</td></tr>"))}</table>");

    /// <summary>A number, short: 1.5, 12.3k, 4.56M.</summary>
    public static string Short(double value) => (Math.Abs(value) switch
    {
        >= 1e9 => (value.ToString("G3", CultureInfo.InvariantCulture), ""),
        >= 1e6 => ((value / 1e6).ToString("G4", CultureInfo.InvariantCulture), "M"),
        >= 1e4 => ((value / 1e3).ToString("G4", CultureInfo.InvariantCulture), "k"),
        _ => (value.ToString("G4", CultureInfo.InvariantCulture), ""),
    }) switch
    { var (number, unit) => number.Replace("-", "−", StringComparison.Ordinal) + unit };

    /// <summary>A place in a picture.</summary>
    public static string Place(double value) => value.ToString("0.#", CultureInfo.InvariantCulture);
}
