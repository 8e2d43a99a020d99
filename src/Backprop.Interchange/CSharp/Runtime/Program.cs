internal static class Program
{
    private static readonly char[] s_quoted = { '"', '\n', '\r', '\t' };

    /// <summary>Predicts a row of cells, the arguments; without any, rows from standard input as TSV has them, UTF-8 and without a head. Prints what <c>backprop predict -o FILE.tsv</c> writes below its head.</summary>
    /// <returns>2 after a row that cannot be read, which is said; else 0.</returns>
    public static int Main(string[] arguments)
    {
        Encoding encoding = new UTF8Encoding(false);
        TextWriter writer = Console.IsOutputRedirected ? new StreamWriter(Console.OpenStandardOutput(), encoding) : Console.Out;
        try
        {
            if (arguments.Length > 0)
            {
                Answer(arguments, writer);
            }
            else
            {
                AnswerAll(Console.IsInputRedirected ? new StreamReader(Console.OpenStandardInput(), encoding) : Console.In, writer);
            }

            return 0;
        }
        catch (ArgumentException error)
        {
            Console.Error.WriteLine(error.Message);
            return 2;
        }
    }

    private static void AnswerAll(TextReader reader, TextWriter writer)
    {
        int row = 0;
        try
        {
            for (string[]? cells = ReadCells(reader); cells != null; row++, cells = ReadCells(reader))
            {
                Answer(cells, writer);
            }
        }
        catch (ArgumentException error)
        {
            throw new ArgumentException($"row {row + 1}: {error.Message}", error);
        }
    }

    /// <summary>The cells of the next row, apart by tabs. What begins with a quote goes to the next single one, two are one in it; a line of nothing is no row.</summary>
    /// <returns>null: no more.</returns>
    private static string[]? ReadCells(TextReader reader)
    {
        List<string> cells = new List<string>();
        StringBuilder cell = new StringBuilder();
        bool isQuoted = false, wasQuoted = false, isQuote = false; // isQuote: the last of what is quoted was one, of two or at its end
        while (true)
        {
            int next = reader.Read();
            if (isQuoted && next == '"')
            {
                if (isQuote)
                {
                    cell.Append('"');
                }

                isQuote = !isQuote;
                continue;
            }

            isQuoted &= !isQuote;
            isQuote = false;
            if (isQuoted && next < 0)
            {
                throw new ArgumentException("a quote found that does not end");
            }

            if (!isQuoted && (next == '\t' || next == '\n' || next == '\r' || next < 0))
            {
                bool isNothing = cells.Count == 0 && !wasQuoted && next != '\t' && string.IsNullOrWhiteSpace(cell.ToString());
                if (isNothing && next < 0)
                {
                    return null;
                }

                if (!isNothing)
                {
                    cells.Add(cell.ToString());
                }

                cell.Clear();
                wasQuoted = false;
                if (!isNothing && next != '\t')
                {
                    return cells.ToArray();
                }
            }
            else if (!isQuoted && next == '"' && !wasQuoted && string.IsNullOrWhiteSpace(cell.ToString()))
            {
                cell.Clear();
                isQuoted = wasQuoted = true;
            }
            else
            {
                cell.Append((char)next);
            }
        }
    }

    private static void WriteCell(TextWriter writer, string cell)
    {
        bool isPlain = cell.Length > 0 && cell.IndexOfAny(s_quoted) < 0 && !char.IsWhiteSpace(cell[0]) && !char.IsWhiteSpace(cell[cell.Length - 1]);
        writer.Write(isPlain ? cell : "\"" + cell.Replace("\"", "\"\"") + "\"");
    }
}
