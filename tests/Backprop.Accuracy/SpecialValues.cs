using System.Numerics;
using Backprop.Kernels;

namespace Backprop.Accuracy;

/// <summary>What a function must give exactly.</summary>
internal static unsafe class SpecialValues
{
    /// <summary>One line for each value that is not as it should be, its sign included.</summary>
    public static IEnumerable<string> Wrong<V, T>(ElementFunction function) where V : unmanaged, ILanes<V, T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var lines = new List<string>();
        T[] numbers = new T[V.Count];
        foreach ((double argument, double value) in function.Specials.Append((double.NaN, double.NaN)).Append((-double.NaN, double.NaN)))
        {
            (T x, T y) = (T.CreateTruncating(argument), T.CreateTruncating(value));
            if (x == T.Zero && argument != 0)
            {
                x = T.CopySign(T.Epsilon, x); // the least of each format
            }

            Array.Fill(numbers, x);
            fixed (T* at = numbers)
            {
                function.Run<V, T>(at, at, V.Count);
            }

            bool equal = T.IsNaN(y) ? T.IsNaN(numbers[0]) : numbers[0] == y && T.IsNegative(numbers[0]) == T.IsNegative(y);
            if (!equal)
            {
                lines.Add($"{function.Name}({x}) on {typeof(V).Name}: {numbers[0]} found, {y} expected");
            }
        }

        return lines;
    }
}
