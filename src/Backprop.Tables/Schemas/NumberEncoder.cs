using System.Numerics;

namespace Backprop.Tables.Schemas;

/// <summary>(x − mean) / scale of a column of numbers, and its flag.</summary>
internal sealed class NumberEncoder<T>(FeatureColumn spec, Column column, int offset) : ColumnEncoder<T>(offset) where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public override void Write(T[] features, int width, int first, int end)
    {
        ReadOnlySpan<double> numbers = column.Numbers;
        T imputed = Encode(spec, spec.Imputed);
        int flag = spec.FlagsMissing ? Offset + spec.FeatureCount - 1 : -1;
        for (int row = first; row < end; row++)
        {
            double number = numbers[row];
            bool isMissing = double.IsNaN(number);
            if (!spec.IsFlagOnly)
            {
                features[(row * width) + Offset] = isMissing ? imputed : Encode(spec, number);
            }

            if (isMissing && flag >= 0)
            {
                features[(row * width) + flag] = T.One;
            }
        }
    }

    /// <summary>A number as a feature.</summary>
    public static T Encode(FeatureColumn spec, double number) => T.CreateTruncating((number - spec.Mean) / spec.Scale);
}
