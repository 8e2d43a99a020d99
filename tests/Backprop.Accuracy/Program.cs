using System.Diagnostics;
using Backprop.Kernels;

namespace Backprop.Accuracy;

/// <summary>
/// Runs every float function over all 2³² floats and prints its worst input; returns 1 where one is off by more than 2 units of the last
/// place or a special value is wrong. The reference is our function in double, which the unit tests hold against exact values.
/// Arguments: names of functions, all unless given; <c>--every N</c> takes one block of floats out of N.
/// </summary>
internal static class Program
{
    private const double Allowed = 2;

    private static int Main(string[] args)
    {
        int every = 1;
        var names = new List<string>();
        for (int n = 0; n < args.Length; n++)
        {
            if (args[n] == "--every")
            {
                every = int.Parse(args[++n]);
            }
            else
            {
                names.Add(args[n]);
            }
        }

        foreach (string name in names)
        {
            if (ElementFunction.All.All(f => f.Name != name))
            {
                Console.Error.WriteLine($"unknown function '{name}': expected {string.Join(", ", ElementFunction.All)}");
                return 2;
            }
        }

        Console.WriteLine($"{VectorPaths.Current.Name()}, {Environment.ProcessorCount} threads, {(every == 1 ? "all floats" : $"one block out of {every}")}");
        Console.WriteLine($"{"function",-12} {"worst ulp",9}  {"at",-10} {"",16} {"above 1 ulp",12} {"seconds",8}");
        bool good = true;
        foreach (ElementFunction function in ElementFunction.All.Where(f => names.Count == 0 || names.Contains(f.Name)))
        {
            good &= VectorPaths.Dispatch(VectorPaths.Current, new SingleVisitor(function, every));
        }

        Console.WriteLine(good ? $"every error is at most {Allowed} ulp, every special value is right" : "FAILED");
        return good ? 0 : 1;
    }

    private sealed class SingleVisitor(ElementFunction function, int every) : IVectorVisitor<float, bool>
    {
        public bool Visit<VS>() where VS : unmanaged, ILanes<VS, float> =>
            VectorPaths.Dispatch(VectorPaths.Current, new DoubleVisitor<VS>(function, every));
    }

    private sealed class DoubleVisitor<VS>(ElementFunction function, int every) : IVectorVisitor<double, bool> where VS : unmanaged, ILanes<VS, float>
    {
        public bool Visit<VD>() where VD : unmanaged, ILanes<VD, double> => Program.Run<VS, VD>(function, every);
    }

    private static bool Run<VS, VD>(ElementFunction function, int every)
        where VS : unmanaged, ILanes<VS, float>
        where VD : unmanaged, ILanes<VD, double>
    {
        const int Chunk = 1 << 16;
        long start = Stopwatch.GetTimestamp();
        var total = new Sweep<VS, VD>(function);
        Parallel.For(
            0,
            (int)((1L << 32) / Chunk / every),
            () => new Sweep<VS, VD>(function),
            (chunk, _, sweep) =>
            {
                sweep.Run((uint)((long)chunk * every * Chunk), Chunk);
                return sweep;
            },
            sweep =>
            {
                lock (total)
                {
                    total.Add(sweep);
                }
            });

        float at = BitConverter.UInt32BitsToSingle(total.WorstInput);
        Console.WriteLine($"{function.Name,-12} {total.WorstError,9:F4}  0x{total.WorstInput:X8} {at,16:G9} {total.AboveOne,12} {Stopwatch.GetElapsedTime(start).TotalSeconds,8:F1}");
        string[] wrong = [.. SpecialValues.Wrong<VS, float>(function), .. SpecialValues.Wrong<VD, double>(function)];
        foreach (string line in wrong)
        {
            Console.WriteLine($"  {line}");
        }

        return total.WorstError <= Allowed && wrong.Length == 0;
    }
}
