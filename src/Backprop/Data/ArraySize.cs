namespace Backprop.Data;

/// <summary>How many numbers rows of a width are: more than an int holds is said, not wrapped round.</summary>
public static class ArraySize
{
    /// <exception cref="DataException">More than an array holds.</exception>
    public static int Of(long rows, int width, string what) => rows * width <= Array.MaxLength
        ? (int)(rows * width)
        : throw new DataException($"{rows:N0} rows of {width:N0} {what} found, at most {Array.MaxLength:N0} numbers in one array expected");
}
