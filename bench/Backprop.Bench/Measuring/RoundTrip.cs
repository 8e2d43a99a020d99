using System.Diagnostics;

namespace Backprop.Bench.Measuring;

/// <summary>
/// How long a number takes from one thread to another and back. On rented machines it is one figure while two processors share a cache and several times that while they do
/// not, whatever the system says, and changes within minutes: steps of 200 µs on two threads take half as long again then.
/// </summary>
internal static class RoundTrip
{
    private const int Blocks = 9, Trips = 4000;

    /// <summary>The numbers of a cache line and of its neighbour, which is fetched with it.</summary>
    private const int Apart = 32;

    /// <summary>Nanoseconds, the median of some blocks; NaN where there is one processor.</summary>
    public static double Nanoseconds()
    {
        if (Environment.ProcessorCount == 1)
        {
            return double.NaN;
        }

        int[] line = new int[3 * Apart];
        var other = new Thread(() =>
        {
            for (int trip = 0; trip < Blocks * Trips; trip++)
            {
                Await(ref line[Apart], (2 * trip) + 1);
            }
        });
        other.Start();
        double[] took = new double[Blocks];
        for (int block = 0, trip = 0; block < Blocks; block++)
        {
            long begun = Stopwatch.GetTimestamp();
            for (int end = trip + Trips; trip < end; trip++)
            {
                Volatile.Write(ref line[Apart], (2 * trip) + 1);
                while (Volatile.Read(ref line[Apart]) != (2 * trip) + 2)
                {
                }
            }

            took[block] = Stopwatch.GetElapsedTime(begun).TotalNanoseconds / Trips;
        }

        other.Join();
        Array.Sort(took);
        return took[Blocks / 2];
    }

    private static void Await(ref int place, int value)
    {
        while (Volatile.Read(ref place) != value)
        {
        }

        Volatile.Write(ref place, value + 1);
    }
}
