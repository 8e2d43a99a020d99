using System.Numerics;

namespace Backprop.Tables.Schemas;

/// <summary>(x − mean) / scale of a column of numbers, how far it is through each piece, and its flag.</summary>
internal sealed class NumberEncoder<T>(FeatureColumn spec, Column column, int offset) : ColumnEncoder<T>(offset) where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public override void Write(T[] features, int width, int first, int end)
    {
        ReadOnlySpan<double> numbers = column.Numbers;
        int count = spec.FeatureCount, flag = spec.FlagsMissing ? Offset + count - 1 : -1;
        for (int row = first; row < end; row++)
        {
            double number = numbers[row];
            bool isMissing = double.IsNaN(number);
            if (!spec.IsFlagOnly)
            {
                Write(spec, isMissing ? spec.Imputed : number, features.AsSpan((row * width) + Offset, count));
            }

            if (isMissing && flag >= 0)
            {
                features[(row * width) + flag] = T.One;
            }
        }
    }

    /// <summary>A number as a feature.</summary>
    public static T Encode(FeatureColumn spec, double number) => T.CreateTruncating(((spec.IsBounded ? Math.Clamp(number, spec.Minimum, spec.Maximum) : number) - spec.Mean) / spec.Scale);

    /// <summary>A number as all that becomes of it.</summary>
    public static void Write(FeatureColumn spec, double number, Span<T> cells)
    {
        cells[0] = Encode(spec, number);
        IReadOnlyList<double>? edges = spec.Edges;
        for (int n = 0; n < spec.PieceCount; n++)
        {
            cells[n + 1] = T.CreateTruncating(Math.Clamp((number - edges![n]) / (edges[n + 1] - edges[n]), 0, 1));
        }
    }
}
