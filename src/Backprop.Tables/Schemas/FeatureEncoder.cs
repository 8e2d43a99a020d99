using System.Numerics;
using Backprop.Tables.Cells;

namespace Backprop.Tables.Schemas;

/// <summary>Looks through the columns of a table, says what is odd, and makes features of them: what a cell becomes depends on the cell and its column's schema alone.</summary>
internal sealed class FeatureEncoder<T>(Table table, PredictionOptions options, bool isSaid) where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>The numbers of a block of rows, so that it stays in a cache while column after column is written.</summary>
    private const int BlockLength = 1 << 15;

    /// <summary>Makes all features, [Rows×Features].</summary>
    /// <exception cref="DataException">A cell that is not what its column is.</exception>
    public T[] Encode(IReadOnlyList<FeatureColumn> specs, Notes? notes)
    {
        FeatureColumn[] used = [.. specs.Where(spec => spec.IsFeature)];
        Column[] columns = Columns(used);
        int[] offsets = new int[used.Length + 1];
        for (int n = 0; n < used.Length; n++)
        {
            offsets[n + 1] = offsets[n] + used[n].FeatureCount;
        }

        int width = offsets[^1];
        var encoders = new ColumnEncoder<T>[used.Length];
        var findings = new CellFindings[used.Length];
        Workers.Run(used.Length, n => encoders[n] = Prepare(used[n], columns[n], offsets[n], findings[n] = new()));
        if (findings.Where(finding => finding.Error is not null).MinBy(finding => finding.Error!.Value.Row) is { } bad)
        {
            throw bad.Error!.Value.Error;
        }

        if (notes is not null)
        {
            PredictionNotes.Add(notes, used, columns, findings);
        }

        var features = new T[table.Rows * width];
        int rows = Math.Max(1, BlockLength / width);
        Workers.Run((int)(((long)table.Rows + rows - 1) / rows), block =>
        {
            int first = block * rows, end = (int)Math.Min(table.Rows, (long)first + rows);
            foreach (ColumnEncoder<T> encoder in encoders)
            {
                encoder.Write(features, width, first, end);
            }
        });
        return features;
    }

    /// <summary>The columns; of numbers that are categories, as they are written where that matters, all at once.</summary>
    private Column[] Columns(FeatureColumn[] used)
    {
        TableSchema.RequireAll(table, used);
        HashSet<string> asWritten =
        [
            .. used.Where(spec => table.Find(spec.Name) is { IsText: false } column && spec.Kind switch
            {
                FeatureKind.Categorical => column.Type == ColumnType.Boolean || !new LabelIndex(spec.Categories!, spec.Format).NumbersDecide,
                FeatureKind.Date => true,
                _ => false,
            }).Select(spec => spec.Name),
        ];
        Table written = asWritten.Count > 0 ? table.AsWritten(asWritten) : table;
        return Array.ConvertAll(used, spec => written.Find(spec.Name)!);
    }

    private ColumnEncoder<T> Prepare(FeatureColumn spec, Column column, int offset, CellFindings findings) => spec.Kind switch
    {
        FeatureKind.Categorical => Categories(spec, column, offset, findings),
        FeatureKind.Numeric when !column.IsText && (column.Type != ColumnType.Boolean || spec.TakesBooleans) => Numbers(spec, column, offset, findings),
        _ => Vectors(spec, column, offset, findings),
    };

    private NumberEncoder<T> Numbers(FeatureColumn spec, Column column, int offset, CellFindings findings)
    {
        ReadOnlySpan<double> numbers = column.Numbers;
        (double low, double high) = Range(spec);
        for (int row = 0; row < numbers.Length; row++)
        {
            double number = numbers[row];
            if (double.IsNaN(number))
            {
                Missing(spec, row, 1, findings);
            }
            else if (!double.IsFinite(number) || !T.IsFinite(NumberEncoder<T>.Encode(spec, number)))
            {
                Fail(findings, column, row, double.IsFinite(number) ? "a number that is not so large" : "a finite number");
            }
            else if (number < low || number > high)
            {
                findings.Outside.Add(row, 1);
            }
        }

        return new(spec, column, offset);
    }

    private VectorEncoder<T> Vectors(FeatureColumn spec, Column column, int offset, CellFindings findings)
    {
        int count = spec.FeatureCount;
        (int[] rows, int[] first, int missing, int firstMissing) = Count(column);
        var vectors = new T[(rows.Length + 1) * count];
        WriteMissing(spec, vectors.AsSpan(0, count));
        if (missing > 0)
        {
            Missing(spec, firstMissing, missing, findings);
        }

        (double low, double high) = Range(spec);
        for (int code = 0; code < rows.Length; code++)
        {
            Span<T> cells = vectors.AsSpan((code + 1) * count, count);
            if (rows[code] == 0)
            {
                continue;
            }

            double number = Number(spec, column, code);
            bool fits = double.IsFinite(number) && T.IsFinite(spec.Kind == FeatureKind.Boolean ? T.CreateTruncating(number) : NumberEncoder<T>.Encode(spec, number));
            if (!fits && options.BadCells == BadCells.Refused)
            {
                Fail(findings, column, first[code], double.IsFinite(number) ? $"{Expected(spec)} that is not so large" : Expected(spec), spec.Kind == FeatureKind.Numeric && !double.IsFinite(number) ? spec.Format ?? NumberFormat.Plain : null);
            }
            else if (!fits)
            {
                findings.Bad.Add(first[code], rows[code]);
                vectors.AsSpan(0, count).CopyTo(cells);
                if (double.IsNaN(spec.Imputed) && spec.Kind != FeatureKind.Boolean)
                {
                    Missing(spec, first[code], rows[code], findings);
                }
            }
            else
            {
                Write(spec, number, cells);
                if (number < low || number > high)
                {
                    findings.Outside.Add(first[code], rows[code]);
                }
            }
        }

        return new(spec, column, vectors, offset);
    }

    private CategoryEncoder<T> Categories(FeatureColumn spec, Column column, int offset, CellFindings findings)
    {
        var index = new LabelIndex(spec.Categories!, spec.Format);
        int none = spec.SharesRare ? spec.Categories!.Count : -1;
        int Place(int label) => label >= 0 ? label : none;
        if (!column.IsText)
        {
            ReadOnlySpan<double> numbers = column.Numbers;
            for (int row = 0; isSaid && row < numbers.Length; row++)
            {
                if (double.IsNaN(numbers[row]))
                {
                    Missing(spec, row, 1, findings);
                }
                else if (index.Find(numbers[row]) < 0)
                {
                    findings.Unseen.Add(row, 1);
                }
            }

            return new(column, [spec.FlagsMissing ? spec.FeatureCount - 1 : -1], number => Place(index.Find(number)), offset);
        }

        (int[] rows, int[] first, int missing, int firstMissing) = Count(column);
        if (missing > 0)
        {
            Missing(spec, firstMissing, missing, findings);
        }

        int[] places = new int[rows.Length + 1];
        places[0] = spec.FlagsMissing ? spec.FeatureCount - 1 : -1;
        for (int code = 0; code < rows.Length; code++)
        {
            int label = index.Find(column.Values[code], column.TypedNumber(code), out bool isByText);
            places[code + 1] = Place(label);
            if (rows[code] > 0 && !isByText)
            {
                (label < 0 ? findings.Unseen : findings.SameNumber).Add(first[code], rows[code]);
            }
        }

        return new(column, places, _ => none, offset);
    }

    /// <summary>Where training had a missing cell there is a flag, or 0; where it had none, something stands in; as it is, a number must be there.</summary>
    private void Missing(FeatureColumn spec, int row, long count, CellFindings findings)
    {
        if (spec.Kind is FeatureKind.Numeric or FeatureKind.Date && double.IsNaN(spec.Imputed))
        {
            if (findings.IsFirst(row))
            {
                findings.Error = (row, new($"{table.Place(row)}, column '{spec.Name}': the cell is missing, a number expected; only preprocessing fills gaps") { Settings = ["Preprocess = auto"] });
            }
        }
        else if (!spec.HadMissing)
        {
            findings.Missing.Add(row, count);
        }
    }

    private static void WriteMissing(FeatureColumn spec, Span<T> cells)
    {
        if (spec.Kind != FeatureKind.Boolean && !spec.IsFlagOnly && !double.IsNaN(spec.Imputed))
        {
            NumberEncoder<T>.Write(spec, spec.Imputed, cells); // of a date no part: it stands nowhere on a circle
        }

        if (spec.FlagsMissing)
        {
            cells[^1] = T.One;
        }
    }

    private static void Write(FeatureColumn spec, double number, Span<T> cells)
    {
        switch (spec.Kind)
        {
            case FeatureKind.Boolean:
                cells[0] = number != 0 ? T.One : -T.One;
                break;
            case FeatureKind.Date:
                cells[0] = NumberEncoder<T>.Encode(spec, number);
                DateFeatures.WriteParts(number, spec.Parts, cells[1..]);
                break;
            default:
                if (!spec.IsFlagOnly)
                {
                    NumberEncoder<T>.Write(spec, number, cells);
                }

                break;
        }
    }

    /// <summary>What a code stands for: a number, 0 or 1, days; NaN: nothing that the column has.</summary>
    private static double Number(FeatureColumn spec, Column column, int code)
    {
        if (!column.IsText)
        {
            return code < 2 && spec.Kind == FeatureKind.Boolean ? code : double.NaN; // a boolean is no number, and a number but 0 and 1 no boolean
        }

        string text = column.Values[code];
        double typed = column.TypedNumber(code);
        return spec.Kind switch
        {
            FeatureKind.Boolean => typed is 0 or 1 ? typed : double.IsNaN(typed) && BooleanText.TryParse(text, out bool value) ? (value ? 1 : 0) : double.NaN,
            FeatureKind.Date => spec.Date!.TryParse(text, out double days) ? days : double.NaN,
            _ => !double.IsNaN(typed) || NumberTexts.TryParse(text, spec.Format, out typed) ? typed
                : spec.TakesBooleans && BooleanText.TryParse(text, out bool truth) ? (truth ? 1 : 0) : double.NaN,
        };
    }

    /// <summary>The rows of each code, and the first of them; of booleans as numbers, of 0, 1 and the rest.</summary>
    private (int[] Rows, int[] First, int Missing, int FirstMissing) Count(Column column)
    {
        int[] rows = new int[column.IsText ? column.Values.Count : 3], first = new int[rows.Length];
        int missing = 0, firstMissing = 0;
        ReadOnlySpan<double> numbers = column.Numbers;
        ReadOnlySpan<int> codes = column.Codes;
        for (int row = 0; row < column.Rows; row++)
        {
            int code = column.IsText ? codes[row] : VectorEncoder<T>.CodeOf(numbers[row]);
            if (code < 0)
            {
                firstMissing = missing++ == 0 ? row : firstMissing;
            }
            else
            {
                first[code] = rows[code]++ == 0 ? row : first[code];
            }
        }

        return (rows, first, missing, firstMissing);
    }

    private static (double Low, double High) Range(FeatureColumn spec)
    {
        double width = Math.Max(spec.Maximum - spec.Minimum, 1e-9 * Math.Max(Math.Abs(spec.Minimum), Math.Abs(spec.Maximum)));
        return double.IsNaN(width) ? (double.NegativeInfinity, double.PositiveInfinity) : (spec.Minimum - width, spec.Maximum + width);
    }

    private static string Expected(FeatureColumn spec) => spec.Kind switch
    {
        FeatureKind.Boolean => "true or false",
        FeatureKind.Date => $"a date ({spec.Date})",
        _ => spec.Format?.Decimal == ',' ? "a number with a decimal comma" : "a number",
    };

    private void Fail(CellFindings findings, Column column, int row, string expected, NumberFormat? format = null)
    {
        if (findings.IsFirst(row))
        {
            string text = column.Text(row)!;
            string[] settings = ["BadCells = missing", $"Missing = '{text}'"];
            findings.Error = (row, new($"{table.Place(row)}, column '{column.Name}': '{text}' found, {expected} expected") { Settings = format is null ? settings : NumberTexts.Deciders(text, format, settings) });
        }
    }
}
