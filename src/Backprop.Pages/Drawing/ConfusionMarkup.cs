using System.Globalization;
using System.Net;
using System.Text;
using Backprop.Training;

namespace Backprop.Pages.Drawing;

/// <summary>How often rows of a class were taken for one of each: the page's table and the report's.</summary>
public static class ConfusionMarkup
{
    /// <summary>
    /// The table as HTML: rows are what it is, columns what was said, counts or sums of weights. A cell is <c>right</c>, <c>wrong</c> or <c>zero</c>, and has its
    /// share of its row in percent as <c>--part</c>; style sheets do the rest.
    /// </summary>
    /// <param name="evaluation">What was measured.</param>
    /// <param name="labels">What the classes are called; others by their numbers.</param>
    /// <exception cref="ArgumentException">There are no classes.</exception>
    public static string Of(Evaluation evaluation, IReadOnlyList<string> labels)
    {
        ArgumentNullException.ThrowIfNull(evaluation);
        ArgumentNullException.ThrowIfNull(labels);
        double[][] counts = evaluation.WeightedConfusion ?? Array.ConvertAll(
            evaluation.Confusion ?? throw new ArgumentException("an evaluation of classes expected", nameof(evaluation)), row => Array.ConvertAll(row, count => (double)count));
        string Name(int c) => WebUtility.HtmlEncode(c < labels.Count ? labels[c] : $"{c}");
        var html = new StringBuilder($"<table class=\"confusion{(counts.Length > 6 ? " many" : "")}\"><thead><tr><td title=\"rows: what it is; columns: what was said\">is ╲ said</td>");
        for (int said = 0; said < counts.Length; said++)
        {
            html.Append($"<th scope=\"col\">{Name(said)}</th>");
        }

        html.Append("</tr></thead><tbody>");
        for (int actual = 0; actual < counts.Length; actual++)
        {
            double all = counts[actual].Sum();
            html.Append($"<tr><th scope=\"row\">{Name(actual)}</th>");
            for (int said = 0; said < counts.Length; said++)
            {
                double count = counts[actual][said];
                string kind = count == 0 ? "zero" : said == actual ? "right" : "wrong";
                html.Append(CultureInfo.InvariantCulture, $"<td class=\"{kind}\" style=\"--part:{(count == 0 ? 0 : 100 * count / all):F0}%\">{ConfusionCell.Of(evaluation, actual, said)}</td>");
            }

            html.Append("</tr>");
        }

        return html.Append("</tbody></table>").ToString();
    }
}
