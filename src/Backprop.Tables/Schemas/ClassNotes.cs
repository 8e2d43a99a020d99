namespace Backprop.Tables.Schemas;

/// <summary>Says which classes a part of the rows lacks.</summary>
public static class ClassNotes
{
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
