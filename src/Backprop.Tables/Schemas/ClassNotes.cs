using System.Globalization;

namespace Backprop.Tables.Schemas;

/// <summary>Says which classes a part of the rows lacks.</summary>
public static class ClassNotes
{
    /// <summary>A class of a smaller part of the rows is rare.</summary>
    private const double RareShare = 0.05;

    /// <summary>Adds a note where classes, or flags of 1, are rare: of less than 5 % of the rows, of many classes less than half of an equal share.</summary>
    /// <param name="labels">The classes, or the flags.</param>
    /// <param name="counts">The rows of each.</param>
    /// <param name="rows">All rows.</param>
    /// <param name="areFlags">Whether they are flags.</param>
    /// <param name="notes">Where it is said.</param>
    internal static void AddRare(IReadOnlyList<string> labels, int[] counts, int rows, bool areFlags, Notes notes)
    {
        double share = areFlags ? RareShare : Math.Min(RareShare, 0.5 / labels.Count);
        int[] rare = [.. Enumerable.Range(0, labels.Count).Where(label => counts[label] > 0 && counts[label] < share * rows)];
        if (rare.Length > 0)
        {
            string each = string.Join(", ", rare.Take(8).Select(label => string.Create(CultureInfo.InvariantCulture, $"{labels[label]}: {counts[label]} of {rows}, {100.0 * counts[label] / rows:F1} %")));
            string[] settings = areFlags ? ["Threshold = f1"] : ["ClassWeights = balanced", .. labels.Count == 2 ? new[] { "Threshold = balanced_accuracy" } : []];
            notes.Add(new($"{(areFlags ? "flags" : rare.Length == 1 ? "one class" : $"{rare.Length} classes")} of few rows ({each}{(rare.Length > 8 ? ", …" : "")}): nothing makes up for it unless it is told to; accuracy says little of them, auc and {(areFlags ? "log_loss" : "balanced_accuracy")} more", IsLoss: false, settings));
        }
    }

    /// <summary>Adds a note where classes have fewer rows than there are folds: some networks are not measured on them.</summary>
    /// <param name="labels">The classes.</param>
    /// <param name="counts">The rows of each.</param>
    /// <param name="folds">How many folds there are.</param>
    /// <param name="notes">Where it is said.</param>
    internal static void AddFolds(IReadOnlyList<string> labels, int[] counts, int folds, Notes notes)
    {
        int[] lacking = [.. Enumerable.Range(0, labels.Count).Where(label => counts[label] > 1 && counts[label] < folds)]; // of one row more is said elsewhere
        if (lacking.Length > 0)
        {
            notes.Add(new($"{(lacking.Length == 1 ? "a class has" : $"{lacking.Length} classes have")} fewer rows than the {folds} folds ({string.Join(", ", lacking.Take(8).Select(label => $"{labels[label]}: {counts[label]}"))}{(lacking.Length > 8 ? ", …" : "")}): the other folds keep their epochs without them", IsLoss: false, "Folds"));
        }
    }

    /// <summary>Adds a note where validation has no row of a class, or training has none.</summary>
    /// <param name="labels">The classes.</param>
    /// <param name="training">The class of each row that is learned.</param>
    /// <param name="validation">The class of each row that is held back.</param>
    /// <param name="notes">Where it is said.</param>
    public static void Add(IReadOnlyList<string> labels, ReadOnlySpan<int> training, ReadOnlySpan<int> validation, Notes notes)
    {
        ArgumentNullException.ThrowIfNull(labels);
        ArgumentNullException.ThrowIfNull(notes);
        Add("training", training, "nothing can be learned of them");
        Add("validation", validation, "its figures say nothing of them");

        void Add(string part, ReadOnlySpan<int> classes, string so)
        {
            bool[] seen = new bool[labels.Count];
            foreach (int label in classes)
            {
                seen[label] = true;
            }

            string[] lacking = [.. labels.Where((_, label) => !seen[label])];
            if (classes.Length > 0 && lacking.Length > 0)
            {
                notes.Add(new($"{part} has no row of {(lacking.Length == 1 ? "class" : $"{lacking.Length} classes:")} {string.Join(", ", lacking.Take(8))}{(lacking.Length > 8 ? ", …" : "")}; {so}", false));
            }
        }
    }
}
