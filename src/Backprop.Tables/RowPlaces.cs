namespace Backprop.Tables;

/// <summary>Where the rows of a table stand.</summary>
internal abstract class RowPlaces
{
    /// <summary>The file and the row in it, with its line where it has lines: 'file.csv', row 3 (line 5).</summary>
    public abstract string Of(int row);
}
