namespace Backprop.Tables.Schemas;

/// <summary>Says what becomes of columns: one note each, or where there are many, one for each reason.</summary>
internal static class ColumnNotes
{
    public static void Add(Notes notes, FeatureColumn[] columns, List<Note>[] said)
    {
        FeatureColumn[] ignored = [.. columns.Where(column => column.Kind == FeatureKind.Ignored && column.Why != AsTold)];
        foreach (FeatureColumn column in ignored.Length <= SchemaInference.MostNotes ? ignored : [])
        {
            notes.Add(new($"column '{column.Name}' is ignored: {column.Why}", true, column.Remedy is null ? [] : [column.Remedy]));
        }

        foreach (IGrouping<string, FeatureColumn> group in ignored.Length > SchemaInference.MostNotes ? ignored.GroupBy(Reason) : [])
        {
            FeatureColumn first = group.First();
            notes.Add(new($"{group.Count()} columns are ignored ({group.Key}): {Names([.. group.Select(column => column.Name)])}", true, first.Remedy is null ? [] : [first.Remedy]));
        }

        Note[] others = [.. said.SelectMany(list => list)];
        foreach (Note note in others.Take(SchemaInference.MostNotes))
        {
            notes.Add(note);
        }

        if (others.Length > SchemaInference.MostNotes)
        {
            notes.Add(new($"and {others.Length - SchemaInference.MostNotes} more of the kind", false));
        }
    }

    /// <summary>Why a column is ignored that an option names.</summary>
    public const string AsTold = "as told";

    /// <summary>The first of some columns.</summary>
    public static string Names(IReadOnlyList<string> names) => string.Join(", ", names.Take(5).Select(name => $"'{name}'")) + (names.Count > 5 ? ", …" : "");

    private static string Reason(FeatureColumn column) => column.Why!.StartsWith("always ", StringComparison.Ordinal) ? "always the same in the rows of training"
        : char.IsAsciiDigit(column.Why[0]) ? "texts that are too different for categories"
        : column.Why;
}
