using System.Globalization;
using System.Text.Json;

namespace Backprop.Pages.Runs;

/// <summary>Which rows a model's training has held out, as its file says: the same part and seed hold out the same rows again.</summary>
/// <param name="Part">The part of the rows.</param>
/// <param name="Seed">What they were drawn by.</param>
/// <param name="Learned">How many were learned.</param>
internal sealed record HeldOutRows(double Part, ulong Seed, int Learned)
{
    /// <summary>What training holds out unless told otherwise.</summary>
    private const double UsualPart = 0.2;

    /// <summary>Reads what a model file says of its training; null where it held out none, other rows (folds, a second file), or does not say.</summary>
    /// <param name="training">The record.</param>
    /// <param name="name">What the rows are called; null: they were found by the record.</param>
    public static HeldOutRows? Of(string? training, string? name)
    {
        try
        {
            return Read(training, name);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or FormatException)
        {
            return null; // somebody else's words
        }
    }

    private static HeldOutRows? Read(string? training, string? name)
    {
        using JsonDocument? record = training is null ? null : JsonDocument.Parse(training);
        if (record is null || !record.RootElement.TryGetProperty("rows", out JsonElement rows) || !record.RootElement.TryGetProperty("seed", out JsonElement seed) || !record.RootElement.TryGetProperty("options", out JsonElement options)
            || !record.RootElement.TryGetProperty("data", out JsonElement data) || (name is not null && Path.GetFileName(data.GetString()) != Path.GetFileName(name)))
        {
            return null;
        }

        string? Option(string option) => options.TryGetProperty(option, out JsonElement value) ? value.GetString() : null;
        if (Option("folds") is not null || Option("validation-data") is not null || !record.RootElement.TryGetProperty("validation", out _))
        {
            return null;
        }

        double part = Option("validation") is { } text ? double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double given) ? given : 0 : UsualPart;
        return part is > 0 and <= 0.9 ? new(part, seed.GetUInt64(), rows.GetInt32()) : null;
    }
}
