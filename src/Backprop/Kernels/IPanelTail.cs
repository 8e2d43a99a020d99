namespace Backprop.Kernels;

/// <summary>What is done with a panel of a product while it is in the cache.</summary>
internal interface IPanelTail
{
    /// <summary>Columns <paramref name="column"/> … column + width − 1 of all rows are finished; width is a multiple of 64 bytes.</summary>
    void Run(int column, int width);
}
