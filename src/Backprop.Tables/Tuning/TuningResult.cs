using System.Numerics;
using Backprop.Tables.Models;
using Backprop.Training;

namespace Backprop.Tables.Tuning;

/// <summary>What a search found.</summary>
/// <typeparam name="T">float or double.</typeparam>
/// <param name="Race">How the race went.</param>
/// <param name="Model">The best candidate's, trained on all rows; where somebody ended the search, as far as it had come; null: it had come to nothing.</param>
/// <param name="Training">How that training went; null: it was ended before.</param>
/// <param name="Options">What it was trained with.</param>
/// <param name="Values">What of them the caller had not said, in the words of the command line.</param>
/// <param name="Heldout">What the best candidate, trained without them, is worth on the rows that no candidate saw; null: there were none, or no time.</param>
public sealed record TuningResult<T>(RaceResult Race, TabularModel<T>? Model, TrainingResult? Training, TrainingOptions Options, IReadOnlyList<KeyValuePair<string, string>> Values, Evaluation? Heldout)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>;
