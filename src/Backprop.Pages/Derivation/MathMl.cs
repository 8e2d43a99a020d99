using System.Globalization;
using System.Net;
using System.Text;

namespace Backprop.Pages.Derivation;

/// <summary>Pieces of MathML. Long vectors and matrices are cut: the first few entries, dots, the last one.</summary>
internal static class MathMl
{
    private const int Kept = 4;

    /// <summary>A formula that stands alone.</summary>
    public static string Block(string body) => $"<math display=\"block\">{body}</math>";

    public static string Row(params ReadOnlySpan<string> parts) => $"<mrow>{string.Concat(parts)}</mrow>";

    public static string Name(string name) => $"<mi>{WebUtility.HtmlEncode(name)}</mi>";

    public static string Operator(string sign) => sign is "(" or ")" or "[" or "]" ? $"<mo stretchy=\"false\">{sign}</mo>" : $"<mo>{WebUtility.HtmlEncode(sign)}</mo>";

    /// <summary>f′ of a layer. The prime is no superscript: fonts have it raised already, and a second time it would vanish.</summary>
    public static string Slope(int layer) => $"<mrow>{Sub(Name("f"), Index(layer))}<mo lspace=\"0\" rspace=\"0\">′</mo></mrow>";

    public static string Text(string text) => $"<mtext>{WebUtility.HtmlEncode(text)}</mtext>";

    public static string Sub(string body, string index) => $"<msub>{body}<mrow>{index}</mrow></msub>";

    public static string Sup(string body, string index) => $"<msup>{body}<mrow>{index}</mrow></msup>";

    public static string Fraction(string above, string below) => $"<mfrac><mrow>{above}</mrow><mrow>{below}</mrow></mfrac>";

    /// <summary>A whole number, as an index.</summary>
    public static string Index(int value) => $"<mn>{value.ToString(CultureInfo.InvariantCulture)}</mn>";

    /// <summary>A number with four digits, or as many as asked for.</summary>
    public static string Number(double value, int digits = 4)
    {
        if (!double.IsFinite(value))
        {
            return $"<mi>{(double.IsNaN(value) ? "NaN" : value > 0 ? "∞" : "−∞")}</mi>";
        }

        string text = (value == 0 ? 0 : value).ToString($"G{digits}", CultureInfo.InvariantCulture);
        int exponent = text.IndexOf('E', StringComparison.Ordinal);
        string sign = text[0] == '-' ? "<mo form=\"prefix\">−</mo>" : "";
        string mantissa = text[(sign.Length > 0 ? 1 : 0)..(exponent < 0 ? text.Length : exponent)];
        if (exponent < 0)
        {
            return sign.Length == 0 ? $"<mn>{mantissa}</mn>" : $"<mrow>{sign}<mn>{mantissa}</mn></mrow>";
        }

        int power = int.Parse(text.AsSpan(exponent + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        string powerSign = power < 0 ? "<mo form=\"prefix\">−</mo>" : "";
        return $"<mrow>{sign}<mn>{mantissa}</mn><mo>×</mo><msup><mn>10</mn><mrow>{powerSign}<mn>{Math.Abs(power)}</mn></mrow></msup></mrow>";
    }

    /// <summary>A formula within a line, as large as one that stands alone.</summary>
    public static string Inline(string body) => $"<math displaystyle=\"true\">{body}</math>";

    /// <summary>A symbol over its numbers.</summary>
    public static string Stack(string symbol, string numbers) => $"<mtable class=\"product\" displaystyle=\"true\"><mtr><mtd>{symbol}</mtd></mtr><mtr><mtd>{numbers}</mtd></mtr></mtable>";

    /// <summary>A column of numbers in brackets.</summary>
    public static string Column(IReadOnlyList<double> values, int marked = -1) => Matrix(values, values.Count, 1, marked, -1);

    /// <summary>A row of numbers in brackets.</summary>
    public static string RowVector(IReadOnlyList<double> values, int marked = -1) => Matrix(values, 1, values.Count, -1, marked);

    /// <summary>diag of a vector.</summary>
    public static string Diagonal(IReadOnlyList<double> values, int marked = -1) => Row(Text("diag"), "<mo>&#x2061;</mo>", RowVector(values, marked));

    /// <summary>A row-major matrix in brackets; the marked row or column is kept where others are cut, and stands out; boxed is where they cross alone.</summary>
    public static string Matrix(IReadOnlyList<double> values, int rows, int columns, int markedRow, int markedColumn, bool isBoxed = false)
    {
        var text = new StringBuilder("<mrow><mo fence=\"true\">[</mo><mtable>");
        foreach (int row in Shown(rows, markedRow))
        {
            text.Append("<mtr>");
            foreach (int column in Shown(columns, markedColumn))
            {
                bool inRow = row == markedRow && row >= 0, inColumn = column == markedColumn && column >= 0;
                text.Append(isBoxed && inRow && inColumn ? "<mtd class=\"boxed\">" : !isBoxed && (inRow || inColumn) ? "<mtd class=\"marked\">" : "<mtd>");
                text.Append(row >= 0 && column >= 0 ? Number(values[(row * columns) + column], 3) : row < 0 && column < 0 ? "<mo>⋱</mo>" : row < 0 ? "<mo>⋮</mo>" : "<mo>⋯</mo>");
                text.Append("</mtd>");
            }

            text.Append("</mtr>");
        }

        return text.Append("</mtable><mo fence=\"true\">]</mo></mrow>").ToString();
    }

    /// <summary>The indices that are shown, −1 for dots.</summary>
    internal static IReadOnlyList<int> Shown(int count, int marked)
    {
        if (count <= Kept + 2)
        {
            return [.. Enumerable.Range(0, count)];
        }

        var kept = new SortedSet<int>(Enumerable.Range(0, Kept - 1)) { count - 1 };
        if (marked >= 0)
        {
            kept.Add(marked);
        }

        var shown = new List<int>();
        int before = -1;
        foreach (int index in kept)
        {
            if (index > before + 1)
            {
                shown.Add(-1);
            }

            shown.Add(index);
            before = index;
        }

        return shown;
    }
}
