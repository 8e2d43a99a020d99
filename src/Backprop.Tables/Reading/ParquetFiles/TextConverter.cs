using System.Globalization;
using System.Numerics;

namespace Backprop.Tables.Reading.ParquetFiles;

/// <summary>Makes codes of texts of stored values: texts as they are, everything else as it is written in a text file.</summary>
internal sealed class TextConverter(ParquetColumn column, TextCodes texts, long most) : CellConverter<int>(TextCodes.Missing)
{
    private const int Unknown = -3;
    private const int SecondsOfDay = 24 * 60 * 60;

    private readonly Dictionary<long, int> _known = []; // the codes of integers, and of doubles by their bits
    private PageValues _dictionary = new(most);
    private int[] _codes = [];

    public override void Convert(PageValues values, Span<int> cells)
    {
        for (int n = 0; n < cells.Length; n++)
        {
            cells[n] = Code(values, n);
        }
    }

    public override void TakeDictionary(PageValues values)
    {
        _dictionary = values;
        _codes = new int[values.Count];
        _codes.AsSpan().Fill(Unknown);
    }

    /// <summary>An entry gets its code where it is first used: texts are numbered by the rows, not by the dictionary.</summary>
    public override void Look(ReadOnlySpan<int> indices, Span<int> cells)
    {
        int[] codes = _codes;
        for (int n = 0; n < indices.Length; n++)
        {
            int index = indices[n];
            if ((uint)index >= (uint)codes.Length)
            {
                throw NoEntry();
            }

            cells[n] = codes[index] != Unknown ? codes[index] : codes[index] = Code(_dictionary, index);
        }
    }

    private int Code(PageValues values, int n)
    {
        if (column.Kind == CellKind.Text)
        {
            return texts.Code(values.Bytes(n));
        }

        if (column.Type is PhysicalType.Bytes or PhysicalType.FixedBytes or PhysicalType.Int96)
        {
            return FromBytes(values.Bytes(n));
        }

        long key = column.Kind == CellKind.Real ? BitConverter.DoubleToInt64Bits(values.Reals[n]) : values.Integers[n];
        if (!_known.TryGetValue(key, out int code))
        {
            code = column.Kind == CellKind.Real ? FromReal(values.Reals[n]) : FromInteger(key);
            _known.Add(key, code);
        }

        return code;
    }

    private int FromReal(double value)
    {
        Span<char> text = stackalloc char[32];
        int count;
        bool done = column.Type == PhysicalType.Float
            ? ((float)value).TryFormat(text, out count, "R", CultureInfo.InvariantCulture)
            : value.TryFormat(text, out count, "R", CultureInfo.InvariantCulture);
        return double.IsNaN(value) ? TextCodes.Missing : done ? texts.Code(text[..count], value) : TextCodes.NoText;
    }

    private int FromInteger(long value)
    {
        Span<char> text = stackalloc char[32];
        int count;
        switch (column.Kind)
        {
            case CellKind.Boolean:
                return texts.Code(value != 0 ? "true" : "false");
            case CellKind.Integer:
                value.TryFormat(text, out count, default, CultureInfo.InvariantCulture);
                return texts.Code(text[..count], value);
            case CellKind.Unsigned:
                ulong unsigned = column.Type == PhysicalType.Int32 ? (uint)value : (ulong)value;
                unsigned.TryFormat(text, out count, default, CultureInfo.InvariantCulture);
                return texts.Code(text[..count], unsigned);
            case CellKind.Decimal:
                return FromDecimal(value);
            case CellKind.Date:
                return Instant(value, 0);
            case CellKind.Time:
                return value >= 0 && value < SecondsOfDay * column.PerSecond ? TimeOfDay(value / column.PerSecond, Nanoseconds(value % column.PerSecond)) : TextCodes.NoText;
            default:
                long day = Floor(value, SecondsOfDay * column.PerSecond), rest = value - (day * SecondsOfDay * column.PerSecond);
                return Instant(day, rest / column.PerSecond, Nanoseconds(rest % column.PerSecond));
        }
    }

    private int FromBytes(ReadOnlySpan<byte> bytes)
    {
        switch (column.Kind)
        {
            case CellKind.Decimal:
                return FromDecimal(new BigInteger(bytes, isUnsigned: false, isBigEndian: true));
            case CellKind.Identifier:
                return texts.Code(new Guid(bytes, bigEndian: true).ToString("D", CultureInfo.InvariantCulture));
            case CellKind.Real:
                Half half = BitConverter.ToHalf(bytes);
                return Half.IsNaN(half) ? TextCodes.Missing : texts.Code(half.ToString("R", CultureInfo.InvariantCulture), (double)half);
            default: // twelve bytes: nanoseconds of a Julian day
                const int JulianEpoch = 2_440_588;
                long nanoseconds = BitConverter.ToInt64(bytes);
                return nanoseconds is >= 0 and < SecondsOfDay * 1_000_000_000L
                    ? Instant(BitConverter.ToInt32(bytes[8..]) - (long)JulianEpoch, nanoseconds / 1_000_000_000, nanoseconds % 1_000_000_000)
                    : TextCodes.NoText;
        }
    }

    private int FromDecimal(BigInteger unscaled)
    {
        string digits = BigInteger.Abs(unscaled).ToString(CultureInfo.InvariantCulture).PadLeft(column.Scale + 1, '0');
        string text = column.Scale == 0 ? digits : $"{digits[..^column.Scale]}.{digits[^column.Scale..]}";
        return texts.Code(unscaled.Sign < 0 ? $"-{text}" : text, NumberConverter.FromDecimal(unscaled, column.Scale));
    }

    private long Nanoseconds(long fraction) => fraction * (1_000_000_000 / column.PerSecond);

    private static long Floor(long value, long by) => (value / by) - (value % by < 0 ? 1 : 0);

    /// <summary>A day, and the time where it is not its beginning or where it is said to be in UTC: 2024-01-31, 2024-01-31T12:34:56.5Z.</summary>
    private int Instant(long day, long second, long nanosecond = 0)
    {
        const int Epoch = 719_162; // days from 0001-01-01 to 1970-01-01
        if (day + Epoch is < 0 or > 3_652_058)
        {
            return TextCodes.NoText;
        }

        string date = DateOnly.FromDayNumber((int)(day + Epoch)).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        bool isDay = column.Kind == CellKind.Date || (second == 0 && nanosecond == 0 && !column.IsUtc);
        return texts.Code(isDay ? date : $"{date}T{Clock(second, nanosecond)}{(column.IsUtc ? "Z" : "")}");
    }

    private int TimeOfDay(long second, long nanosecond) => texts.Code(Clock(second, nanosecond));

    private static string Clock(long second, long nanosecond)
    {
        string clock = TimeSpan.FromSeconds(second).ToString("hh\\:mm\\:ss", CultureInfo.InvariantCulture);
        return nanosecond == 0 ? clock : $"{clock}.{nanosecond.ToString("D9", CultureInfo.InvariantCulture).TrimEnd('0')}";
    }
}
