using System.Runtime.ExceptionServices;

namespace Backprop.Tables;

/// <summary>Pieces of work that do not depend on each other, on all processors where there are several.</summary>
internal static class Sequence
{
    /// <summary>Does each piece. Where some fail, the error is that of the first: the same as if they had been done one after another.</summary>
    /// <param name="count">How many.</param>
    /// <param name="work">Does one, by its number.</param>
    public static void Run(int count, Action<int> work)
    {
        if (count <= 1 || Environment.ProcessorCount == 1 || OperatingSystem.IsBrowser())
        {
            for (int n = 0; n < count; n++)
            {
                work(n);
            }

            return;
        }

        var errors = new ExceptionDispatchInfo?[count];
        Parallel.For(0, count, (n, state) =>
        {
            try
            {
                work(n);
            }
            catch (Exception error)
            {
                errors[n] = ExceptionDispatchInfo.Capture(error);
                state.Break(); // those before it are still done
            }
        });
        Array.Find(errors, error => error is not null)?.Throw();
    }
}
