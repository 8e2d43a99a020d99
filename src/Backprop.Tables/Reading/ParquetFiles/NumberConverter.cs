using System.Globalization;
using System.Numerics;

namespace Backprop.Tables.Reading.ParquetFiles;

/// <summary>Makes numbers of stored values.</summary>
internal sealed class NumberConverter(ParquetColumn column) : CellConverter<double>(double.NaN)
{
    /// <summary>Powers of ten that are exact.</summary>
    private const int ExactPowers = 22;

    private double[] _dictionary = [];

    public override void Convert(PageValues values, Span<double> cells)
    {
        switch (column.Kind)
        {
            case CellKind.Real when column.Type == PhysicalType.FixedBytes:
                for (int n = 0; n < cells.Length; n++)
                {
                    cells[n] = (double)BitConverter.ToHalf(values.Bytes(n));
                }

                break;
            case CellKind.Real:
                values.Reals.CopyTo(cells);
                break;
            case CellKind.Decimal when column.Type is PhysicalType.Bytes or PhysicalType.FixedBytes:
                for (int n = 0; n < cells.Length; n++)
                {
                    cells[n] = FromDecimal(new BigInteger(values.Bytes(n), isUnsigned: false, isBigEndian: true), column.Scale);
                }

                break;
            case CellKind.Decimal:
                for (int n = 0; n < cells.Length; n++)
                {
                    cells[n] = FromDecimal(values.Integers[n], column.Scale);
                }

                break;
            case CellKind.Unsigned:
                for (int n = 0; n < cells.Length; n++)
                {
                    cells[n] = column.Type == PhysicalType.Int32 ? (uint)values.Integers[n] : (ulong)values.Integers[n];
                }

                break;
            default:
                for (int n = 0; n < cells.Length; n++)
                {
                    cells[n] = values.Integers[n];
                }

                break;
        }
    }

    public override void TakeDictionary(PageValues values)
    {
        _dictionary = new double[values.Count];
        Convert(values, _dictionary);
    }

    public override void Look(ReadOnlySpan<int> indices, Span<double> cells)
    {
        double[] dictionary = _dictionary;
        for (int n = 0; n < indices.Length; n++)
        {
            cells[n] = (uint)indices[n] < (uint)dictionary.Length ? dictionary[indices[n]] : throw NoEntry();
        }
    }

    /// <summary>The nearest double, as if the number had been read from text.</summary>
    public static double FromDecimal(BigInteger unscaled, int scale) =>
        BigInteger.Abs(unscaled) <= 1L << 53 && scale <= ExactPowers ? (double)unscaled / Power(scale)
        : double.Parse($"{unscaled.ToString(CultureInfo.InvariantCulture)}e-{scale.ToString(CultureInfo.InvariantCulture)}", CultureInfo.InvariantCulture);

    private static double FromDecimal(long unscaled, int scale) =>
        unscaled is >= -(1L << 53) and <= 1L << 53 && scale <= ExactPowers ? unscaled / Power(scale) : FromDecimal((BigInteger)unscaled, scale);

    private static double Power(int scale)
    {
        double power = 1;
        for (int n = 0; n < scale; n++)
        {
            power *= 10; // exact as far as ExactPowers
        }

        return power;
    }
}
