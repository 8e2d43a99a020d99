namespace Backprop.Cli.Input;

/// <summary>What the text of an option or an argument names, and what becomes of it.</summary>
internal enum FileUse
{
    /// <summary>Nothing on the disk: a number, a name, a column.</summary>
    None,

    /// <summary>A file that is read.</summary>
    Input,

    /// <summary>DATA: a table, several that match a pattern, a pair of files; or a fraction, built-in rows, standard input, which are none.</summary>
    Data,

    /// <summary>SQL, whose strings may name files that are read.</summary>
    Query,

    /// <summary>A folder of checkpoints that is read, and written as training goes on.</summary>
    ReadFolder,

    /// <summary>A file that is written.</summary>
    Output,

    /// <summary>A file that is written, or - for standard output.</summary>
    OutputOrStandard,

    /// <summary>A folder that files are written in, under names of their own.</summary>
    OutputFolder,

    /// <summary>A folder of checkpoints that is written.</summary>
    CheckpointFolder,
}
