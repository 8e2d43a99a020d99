namespace Backprop.Tables.Reading;

/// <summary>As what the cells of a column are read.</summary>
public enum ColumnReadingKind
{
    /// <summary>As they look: numbers where all of them are.</summary>
    Auto,

    /// <summary>As numbers of a format; where one is none, the whole column is kept as text, for the schema to say what is wrong.</summary>
    Number,

    /// <summary>As text.</summary>
    Text,

    /// <summary>Not at all: the column is not in the table.</summary>
    Skip,

    /// <summary>As it stands, for what is only carried on: nothing but the empty cell is missing, and numbers and truth values of typed files stay what they are.</summary>
    Carried,
}
