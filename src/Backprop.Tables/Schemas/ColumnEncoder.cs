using System.Numerics;

namespace Backprop.Tables.Schemas;

/// <summary>Writes the features of one column, which has been looked through: nothing can go wrong any more.</summary>
/// <param name="offset">Where its features stand in a row.</param>
internal abstract class ColumnEncoder<T>(int offset) where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Where its features stand in a row.</summary>
    protected int Offset => offset;

    /// <summary>Writes some rows.</summary>
    /// <param name="features">[Rows×Features] of all rows, zeros where nothing has been written.</param>
    /// <param name="width">The features of a row.</param>
    /// <param name="first">The first row.</param>
    /// <param name="end">The row behind the last.</param>
    public abstract void Write(T[] features, int width, int first, int end);
}
