using System.Text.Json;

namespace Backprop.Tables.Reading;

/// <summary>Finds the row that is malformed, where DuckDB says only that one is.</summary>
internal static class MalformedRow
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
}
