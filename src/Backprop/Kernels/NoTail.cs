namespace Backprop.Kernels;

/// <summary>Nothing is done.</summary>
internal readonly struct NoTail : IPanelTail
{
    public void Run(int column, int width)
    {
    }
}
