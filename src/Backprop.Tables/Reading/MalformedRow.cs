using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using DuckDB.NET.Data;

namespace Backprop.Tables.Reading;

/// <summary>Finds the row that is malformed, where DuckDB says only that one is.</summary>
internal static partial class MalformedRow
{
    /// <summary>DuckDB is not sure which line of JSON is malformed; this is.</summary>
    public static void RequireJsonLines(string file, string source)
    {
        if (file.EndsWith(".gz", StringComparison.OrdinalIgnoreCase))
        {
            return;
        }

        int row = 0;
        foreach (string line in File.ReadLines(file).Where(line => !string.IsNullOrWhiteSpace(line)))
        {
            try
            {
                using var document = JsonDocument.Parse(line, new JsonDocumentOptions { AllowDuplicateProperties = false });
            }
            catch (JsonException error)
            {
                throw new DataException($"'{source}', row {row}: {error.Message}", error);
            }

            row++;
        }
    }

    /// <summary>DuckDB looks for a dialect that fits a torn file and says that there is none; with the dialect given it says which line is torn.</summary>
    public static void RequireRectangle(DuckDBConnection connection, string file, string source)
    {
        var header = CsvHeader.Read(file, TableReader.Extension(file));
        string types = string.Join(", ", Enumerable.Range(0, header.Names.Length).Select(c => $"'c{c}': 'VARCHAR'"));
        try
        {
            DuckDb.Execute(connection, $"SELECT count(*) FROM (SELECT * FROM read_csv({DuckDb.Literal(DuckDb.Pattern(file))}, delim = {DuckDb.Literal(header.Delimiter)}, {CsvHeader.Quotes}, comment = '', hive_partitioning = false, auto_detect = false, header = true, columns = {{{types}}}))");
        }
        catch (DuckDBException error) when (TornLine().Match(error.Message) is { Success: true } torn)
        {
            long line = long.Parse(torn.Groups["line"].Value, CultureInfo.InvariantCulture);
            Match cells = TornCells().Match(error.Message);
            string what = cells.Success ? $"{cells.Groups["found"]} cells found, {header.Names.Length} expected as in the header"
                : error.Message.Contains("unterminated quote", StringComparison.Ordinal) ? "a quote is opened and not closed"
                : error.Message.Contains("not utf-8", StringComparison.Ordinal) ? "bytes found that are not UTF-8"
                : error.Message.Contains("Maximum line size", StringComparison.Ordinal) ? "the line is longer than 2,000,000 bytes"
                : "the cells cannot be told apart";
            throw new DataException($"'{source}', row {line - 2} (line {line}): {what}", error);
        }
        catch (DuckDBException)
        {
            // the message of the first attempt says it
        }
    }

    [GeneratedRegex(@"CSV Error on Line: (?<line>\d+)", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex TornLine();

    [GeneratedRegex(@"Number of Columns: \d+ Found: (?<found>\d+)", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex TornCells();
}
