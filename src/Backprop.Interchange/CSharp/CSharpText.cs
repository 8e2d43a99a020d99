using System.Globalization;
using System.Text;

namespace Backprop.Interchange.CSharp;

/// <summary>Names, literals and comments of C#.</summary>
internal static class CSharpText
{
    private static readonly HashSet<string> s_keywords = new(
        ("abstract as base bool break byte case catch char checked class const continue decimal default delegate do double else enum event explicit extern false finally fixed float for foreach goto if "
        + "implicit in int interface internal is lock long namespace new null object operator out override params private protected public readonly ref return sbyte sealed short sizeof stackalloc static "
        + "string struct switch this throw true try typeof uint ulong unchecked unsafe ushort using virtual void volatile while").Split(' '),
        StringComparer.Ordinal);

    /// <summary>Whether a text can be a name as it stands.</summary>
    public static bool IsName(string text) => text.Length > 0 && (char.IsLetter(text[0]) || text[0] == '_') && text.All(IsOfName) && !s_keywords.Contains(text);

    /// <summary>Whether a text can be the name of a class, in every version of the language.</summary>
    public static bool IsTypeName(string text) => IsName(text) && text is not ("var" or "dynamic" or "record" or "required" or "file" or "scoped" or "extension" or "partial" or "where" or "await" or "yield" or "nint" or "nuint" or "notnull" or "unmanaged" or "managed" or "field" or "global" or "_");

    /// <summary>A name made of a text: its words, each with a capital.</summary>
    /// <param name="text">The text.</param>
    /// <param name="otherwise">Where there is nothing in it that a name can have.</param>
    public static string Name(string text, string otherwise)
    {
        var name = new StringBuilder();
        bool isFirst = true;
        foreach (char c in text)
        {
            if (!IsOfName(c) || c == '_')
            {
                isFirst = true;
                continue;
            }

            name.Append(isFirst ? char.ToUpperInvariant(c) : c);
            isFirst = false;
        }

        return name.Length == 0 ? otherwise : char.IsLetter(name[0]) ? name.ToString() : $"_{name}";
    }

    /// <summary>A literal of text; null: null.</summary>
    public static string Literal(string? text)
    {
        if (text is null)
        {
            return "null";
        }

        var literal = new StringBuilder("\"");
        foreach (char c in text)
        {
            Append(literal, c, '"');
        }

        return literal.Append('"').ToString();
    }

    /// <summary>A literal of a character.</summary>
    public static string Literal(char c)
    {
        var literal = new StringBuilder("'");
        Append(literal, c, '\'');
        return literal.Append('\'').ToString();
    }

    /// <summary>A literal of a double, or of a float; it has the same bits.</summary>
    public static string Literal(double number, bool isSingle = false)
    {
        string type = isSingle ? "float" : "double";
        string digits = isSingle ? ((float)number).ToString("R", CultureInfo.InvariantCulture) : number.ToString("R", CultureInfo.InvariantCulture);
        return double.IsNaN(number) ? $"{type}.NaN"
            : double.IsInfinity(number) ? $"{type}.{(number > 0 ? "Positive" : "Negative")}Infinity"
            : isSingle ? $"{digits}f"
            : digits.AsSpan().IndexOfAny('.', 'E') < 0 ? $"{digits}.0" : digits;
    }

    /// <summary>A text within a comment of XML.</summary>
    public static string Comment(string text)
    {
        var comment = new StringBuilder();
        foreach (char c in text)
        {
            comment.Append(c switch
            {
                '&' => "&amp;",
                '<' => "&lt;",
                '>' => "&gt;",
                _ when char.IsControl(c) || char.IsSurrogate(c) || char.GetUnicodeCategory(c) is UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator => " ",
                _ => c.ToString(),
            });
        }

        return comment.ToString();
    }

    private static void Append(StringBuilder literal, char c, char quote)
    {
        if (c == quote || c == '\\')
        {
            literal.Append('\\').Append(c);
        }
        else if (c is >= ' ' and <= '~' || char.IsLetterOrDigit(c))
        {
            literal.Append(c);
        }
        else
        {
            literal.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:X4}");
        }
    }

    private static bool IsOfName(char c) => char.IsLetter(c) || c == '_' || char.GetUnicodeCategory(c) == UnicodeCategory.DecimalDigitNumber;
}
