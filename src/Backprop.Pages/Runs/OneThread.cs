using System.Diagnostics;

namespace Backprop.Pages.Runs;

/// <summary>A browser has one thread: what takes long is done in pieces, between which it listens, draws and trains.</summary>
internal static class OneThread
{
    /// <summary>How long it is held at most, where pieces are small enough.</summary>
    private static readonly TimeSpan s_piece = TimeSpan.FromMilliseconds(8);

    /// <summary>In which a browser has drawn what it was told.</summary>
    private static readonly TimeSpan s_frame = TimeSpan.FromMilliseconds(35);

    private static long s_answered;

    /// <summary>Somebody has been answered: all else waits until it can be seen.</summary>
    public static void GiveWay() => s_answered = Stopwatch.GetTimestamp();

    /// <summary>Lets the browser do what it has to.</summary>
    /// <param name="milliseconds">For so long at least.</param>
    public static async Task Pause(int milliseconds = 1)
    {
        do
        {
            await Task.Delay(Math.Max(milliseconds, (int)(s_frame - Stopwatch.GetElapsedTime(s_answered)).TotalMilliseconds));
        }
        while (Stopwatch.GetElapsedTime(s_answered) < s_frame);
    }

    /// <summary>What is to be awaited after every piece of a piece of work, which pauses if it is time to; null where there are other threads.</summary>
    public static Func<Task>? Pauses()
    {
        if (!OperatingSystem.IsBrowser())
        {
            return null;
        }

        long since = 0; // what has been done already was long enough
        return async () =>
        {
            if (Stopwatch.GetElapsedTime(since) >= s_piece)
            {
                await Pause();
                since = Stopwatch.GetTimestamp();
            }
        };
    }
}
