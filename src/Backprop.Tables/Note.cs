namespace Backprop.Tables;

/// <summary>Something that was guessed, dropped, filled or taken for something else.</summary>
/// <param name="Message">What, and where.</param>
/// <param name="IsLoss">Whether data are lost by it (columns ignored, rows dropped, categories unseen), so that it is to be said even where little is.</param>
/// <param name="Settings">The options that decide it, by the names that they have in <c>TableOptions</c> and <c>ReadingOptions</c>, with what they would say: "Categorical = city".</param>
public sealed record Note(string Message, bool IsLoss, params IReadOnlyList<string> Settings)
{
    /// <summary>Whether it only says what was taken where nothing was asked for: no reason to worry.</summary>
    public bool IsGuess { get; init; }
}
