namespace Backprop.Kernels;

/// <summary>
/// How matrices lie in memory. A weight matrix lies in panels of 128 bytes of columns: [columns/32][rows][32] in float, the last panel
/// 64 bytes wide where that suffices; what the products read is then always contiguous. Padding is zero, always.
/// </summary>
internal static unsafe class Layout
{
    /// <summary>The numbers in 64 bytes: to what widths are padded.</summary>
    public static int Quantum<T>() where T : unmanaged => 64 / sizeof(T);

    /// <summary>The columns of a full panel.</summary>
    public static int PanelWidth<T>() where T : unmanaged => 128 / sizeof(T);

    public static int Pad<T>(int width) where T : unmanaged => (width + Quantum<T>() - 1) / Quantum<T>() * Quantum<T>();

    /// <summary>The distance between samples: 64 bytes more where rows of a power of two would fall on the same cache sets.</summary>
    public static int RowStride<T>(int width) where T : unmanaged => Pad<T>(width) is int padded && padded % 512 == 0 ? padded + Quantum<T>() : padded;

    /// <summary>The width of the panel that starts at a column.</summary>
    public static int WidthAt<T>(int column, int columns) where T : unmanaged => Math.Min(PanelWidth<T>(), Pad<T>(columns) - column);

    /// <summary>Where element [row, column] of a paneled rows × columns matrix lies.</summary>
    public static long PanelIndex<T>(int row, int column, int rows, int columns) where T : unmanaged
    {
        int first = column / PanelWidth<T>() * PanelWidth<T>();
        return ((long)first * rows) + ((long)row * WidthAt<T>(first, columns)) + (column - first);
    }

    /// <summary>Where a column of a full panel begins.</summary>
    public static nint FullPanelIndex<T>(int column, int rows) where T : unmanaged
    {
        int within = column % PanelWidth<T>();
        return ((nint)(column - within) * rows) + within;
    }

    /// <summary>The numbers that a paneled rows × columns matrix takes.</summary>
    public static long PanelSize<T>(int rows, int columns) where T : unmanaged => (long)rows * Pad<T>(columns);
}
