using System.Runtime.CompilerServices;

namespace Backprop.Tables.Schemas;

/// <summary>The n-th of numbers by size without sorting all of them (Hoare's quickselect).</summary>
internal static class Selection
{
    /// <summary>The number that would stand at <paramref name="n"/> if the numbers were sorted. Afterwards none before it is greater, none behind it less.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double Nth(Span<double> values, int n)
    {
        int low = 0, high = values.Length - 1;
        for (int rounds = 0; low < high; rounds++)
        {
            if (rounds > 100)
            {
                values[low..(high + 1)].Sort(); // an order made to be bad: no worse than sorting
                break;
            }

            double pivot = MedianOfThree(values[low], values[low + ((high - low) / 2)], values[high]);
            int left = low, right = high;
            while (left <= right)
            {
                while (values[left] < pivot)
                {
                    left++;
                }

                while (values[right] > pivot)
                {
                    right--;
                }

                if (left <= right)
                {
                    (values[left], values[right]) = (values[right], values[left]);
                    left++;
                    right--;
                }
            }

            if (n <= right)
            {
                high = right;
            }
            else if (n >= left)
            {
                low = left;
            }
            else
            {
                break;
            }
        }

        return values[n];
    }

    private static double MedianOfThree(double a, double b, double c) => Math.Max(Math.Min(a, b), Math.Min(Math.Max(a, b), c));
}
