namespace Backprop.Tables;

/// <summary>Independent pieces of work on all processors; one after the other where there are no threads.</summary>
internal static class InParallel
{
    /// <summary>Does each of some pieces, which throw nothing.</summary>
    public static void For(int count, Action<int> piece)
    {
        if (count > 1 && Environment.ProcessorCount > 1 && !OperatingSystem.IsBrowser())
        {
            Parallel.For(0, count, piece);
            return;
        }

        for (int n = 0; n < count; n++)
        {
            piece(n);
        }
    }
}
