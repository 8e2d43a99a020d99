using System.Globalization;
using System.Text;
using Backprop.Tables.Cells;
using Backprop.Tables.Reading;

namespace Backprop.Tables.Tests.Reading;

/// <summary>Tables drawn at random, written in every dialect and read back the same, or torn somewhere and refused with the place.</summary>
public sealed class GeneratedTablesTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("backprop-test").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static readonly NumberFormat[] s_formats =
    [
        NumberFormat.Plain, NumberFormat.Plain, new(','), new('.', ','), new(',', '.'), new(',', ' '), new('.', '\''), new('.', ' '), new('.', null, "$"), new(',', '.', "€"), new('.', ',', "EUR"), new('.', null, "%"),
    ];

    private static int Count => int.TryParse(Environment.GetEnvironmentVariable("BACKPROP_TABLES"), CultureInfo.InvariantCulture, out int count) ? count : 500;

    private static int Seed => int.TryParse(Environment.GetEnvironmentVariable("BACKPROP_SEED"), CultureInfo.InvariantCulture, out int seed) ? seed : 1;

    [Fact]
    public void WhatIsWrittenIsReadBackTheSame()
    {
        for (int n = 0; n < Count; n++)
        {
            int seed = (Seed * 1_000_003) + n;
            var drawn = new Drawn(new Random(seed));
            string path = Path.Combine(_folder, "t.csv");
            Notes notes = new();
            Table table;
            try
            {
                table = drawn.Read(drawn.Text, notes, n % 4 == 0 ? path : null);
                drawn.Require(table);
            }
            catch (Exception error) when (error is DataException or Xunit.Sdk.XunitException or UsageException)
            {
                throw new InvalidOperationException($"table {seed}: {error.Message}\n{drawn}", error);
            }
        }
    }

    [Fact]
    public void WhatIsTornIsRefusedWithItsPlace()
    {
        for (int n = 0; n < Count; n++)
        {
            int seed = (Seed * 1_000_003) + n;
            var random = new Random(seed);
            var drawn = new Drawn(random);
            int row = random.Next(drawn.Rows);
            string path = Path.Combine(_folder, "t.csv");
            (string text, string what) = random.Next(3) switch
            {
                0 when row == drawn.Rows - 1 => (drawn.With(row, line => line + drawn.Separator + "\"x"), "a quote is opened and not closed"),
                1 => (drawn.With(row, line => line + drawn.Separator + "\0"), "a zero byte found"),
                _ => (drawn.With(row, line => line + drawn.Separator + "z"), $"{drawn.Width + 1} cells found, {drawn.Width} expected"),
            };
            DataException error = Assert.Throws<DataException>(() => drawn.Read(text, null, n % 4 == 0 ? path : null));
            string place = $"'t', row {row} (line {drawn.LineOf(row)})";
            if (what[0] == 'a')
            {
                // The bytes may stand some lines further down, within the row.
                place = $"'t', row {row} (line ";
            }

            Assert.True(error.Message.StartsWith(place, StringComparison.Ordinal) && error.Message.Contains(what, StringComparison.Ordinal), $"table {seed}: {error.Message}, but {place}: {what}\n{drawn}");
        }
    }

    /// <summary>One table, as it is written and as it must be read.</summary>
    private sealed class Drawn
    {
        private readonly Random _random;
        private readonly List<(string Name, NumberFormat? Format, double[] Numbers, string?[] Texts)> _columns = [];
        private readonly List<string> _lines = [];
        private readonly List<int> _lineOfRow = [];
        private readonly string _lineEnd;
        private readonly bool _endsOpen;
        private readonly Encoding _encoding;
        private readonly int _chunk;

        public Drawn(Random random)
        {
            _random = random;
            Separator = Draw(',', ',', ';', '\t', '|', ':', ' ');
            _lineEnd = Draw("\n", "\n", "\r\n", "\r");
            _endsOpen = Chance(0.3);
            _encoding = Draw<Encoding>(new UTF8Encoding(false), new UTF8Encoding(false), new UTF8Encoding(true), Encoding.Unicode, Encoding.BigEndianUnicode, Encoding.Latin1);
            _chunk = Draw(5, 17, 64, 1000, CsvBytes.ChunkLength);
            Rows = random.Next(1, 40);
            int width = random.Next(1, 7);
            for (int n = 0; n < width; n++)
            {
                _columns.Add(Column(Name(n)));
            }

            Write();
        }

        public char Separator { get; }

        public int Rows { get; }

        public int Width => _columns.Count;

        public string Text => string.Join(_lineEnd, _lines) + (_endsOpen ? "" : _lineEnd);

        public int LineOf(int row) => 1 + Breaks(string.Concat(_lines.Take(_lineOfRow[row]).Select(line => line + _lineEnd)));

        public string With(int row, Func<string, string> change)
        {
            List<string> lines = [.. _lines];
            lines[_lineOfRow[row]] = change(lines[_lineOfRow[row]]);
            return string.Join(_lineEnd, lines) + _lineEnd;
        }

        public Table Read(string text, Notes? notes, string? path)
        {
            // Where nothing else tells them apart, what is drawn is said.
            bool isSaid = Separator is ':' or ' ' || Width == 1 || Chance(0.3);
            var options = new ReadingOptions { Separator = isSaid ? Separator : null, Header = true, Encoding = _encoding is UTF8Encoding or UnicodeEncoding ? null : _encoding };
            byte[] bytes = [.. _encoding.GetPreamble(), .. _encoding.GetBytes(text)];
            if (path is not null)
            {
                File.WriteAllBytes(path, bytes);
                return TableReader.ReadCsv([path], "t", options, notes, 0, _chunk);
            }

            using var stream = new MemoryStream(bytes);
            return TableReader.ReadCsv(stream, "t", options, notes, _chunk);
        }

        public void Require(Table table)
        {
            Assert.Equal(_columns.Select(column => column.Name), table.Names);
            Assert.Equal(Rows, table.Rows);
            Table written = table.AsWritten(table.Names.ToArray());
            for (int c = 0; c < Width; c++)
            {
                (string name, NumberFormat? format, double[] numbers, string?[] texts) = _columns[c];
                Column column = table.Columns[c];
                Assert.Equal(format is null, column.IsText);
                for (int row = 0; row < Rows; row++)
                {
                    Assert.Equal(texts[row], written.Columns[c].Text(row));
                    if (format is not null)
                    {
                        Assert.Equal(BitConverter.DoubleToInt64Bits(numbers[row]), BitConverter.DoubleToInt64Bits(column.Numbers[row]));
                    }
                }

                int some = _random.Next(Rows);
                Assert.Equal($"'t', row {some} (line {LineOf(some)})", table.Place(some));
            }
        }

        public override string ToString() => $"separator '{Separator}', {_encoding.WebName}, chunks of {_chunk}\n{Text.Replace("\r", "\\r", StringComparison.Ordinal).Replace("\n", "\\n\n", StringComparison.Ordinal)}";

        private (string, NumberFormat?, double[], string?[]) Column(string name)
        {
            double gaps = Draw(0.0, 0.2, 0.9);
            double[] numbers = new double[Rows];
            string?[] texts = new string?[Rows];
            Array.Fill(numbers, double.NaN);
            NumberFormat? format = Chance(0.3) ? null : Draw(s_formats);
            format = format?.Currency == "€" && _encoding is not UTF8Encoding and not UnicodeEncoding ? NumberFormat.Plain : format;
            format = format?.Decimal == ',' && Separator == ',' ? NumberFormat.Plain : format; // must be asked for, for all columns
            for (int row = 0; row < Rows; row++)
            {
                // The first cells show what a column is.
                if (row > 0 && Chance(gaps))
                {
                    continue;
                }

                if (format is null)
                {
                    texts[row] = row == 0 ? "x" : TextCell();
                    continue;
                }

                (texts[row], numbers[row]) = Number(format, row == 0);
            }

            return (name, format, numbers, texts);
        }

        private (string, double) Number(NumberFormat format, bool shows)
        {
            if (format == NumberFormat.Plain && !shows && Chance(0.5))
            {
                double any = Chance(0.5) ? BitConverter.Int64BitsToDouble(_random.NextInt64()) : (float)((_random.NextDouble() * 10) - 5);
                if (double.IsFinite(any))
                {
                    string plain = any.ToString("R", CultureInfo.InvariantCulture);
                    return (plain, double.Parse(plain, CultureInfo.InvariantCulture));
                }
            }

            // Never three decimals: those could be thousands.
            int decimals = shows ? 2 : Draw(0, 1, 2, 5);
            decimal value = Math.Round((decimal)_random.NextDouble() * (shows ? 900_000m : (decimal)Math.Pow(10, _random.Next(0, 9))), decimals) + (shows ? 1_000_000m : 0);
            string text = value.ToString($"F{decimals}", CultureInfo.InvariantCulture);
            double number = double.Parse(text, CultureInfo.InvariantCulture);
            string whole = text.Split('.')[0], rest = decimals == 0 ? "" : format.Decimal + text.Split('.')[1];
            if (format.Thousands is { } mark)
            {
                string blank = mark == ' ' ? Draw(" ", "\u00A0") : mark.ToString();
                for (int n = whole.Length - 3; n > 0; n -= 3)
                {
                    whole = whole.Insert(n, blank);
                }
            }

            string cell = whole + rest;
            if (format.Currency is { } sign && (sign == "%" || shows || Chance(0.8)))
            {
                cell = sign == "%" || Chance(0.5) ? cell + Draw("", " ") + sign : sign + Draw("", " ") + cell;
            }

            if (number != 0 && Chance(0.2))
            {
                return Draw(($"-{cell}", -number), ($"({cell})", -number));
            }

            return (cell, number);
        }

        private string? TextCell()
        {
            char[] signs = [',', ';', '\t', '|', ':', ' ', '"', '\n', '\r', '\'', '#', '\\', 'a', 'b', 'Z', '0', '9', '.', '-', 'é', 'ß'];
            string text = new([.. Enumerable.Range(0, _random.Next(1, 9)).Select(_ => Draw(signs))]);
            text = (Chance(0.1) ? "sep=" : "") + text + (_encoding is not UTF8Encoding and not UnicodeEncoding || Chance(0.9) ? "" : "日😀");
            text = text.Trim();
            return text.Length == 0 || ReadingOptions.DefaultMissing.Contains(text) ? null : text;
        }

        private string Name(int n) => (Chance(0.2) ? "größe" : "c") + n.ToString(CultureInfo.InvariantCulture);

        private void Write()
        {
            _lines.Add(string.Join(Separator, _columns.Select(column => Chance(0.2) ? $"\"{column.Name}\"" : column.Name)));
            for (int row = 0; row < Rows; row++)
            {
                for (; Width > 1 && Chance(0.1);)
                {
                    _lines.Add(Draw("", " "));
                }

                _lineOfRow.Add(_lines.Count);
                _lines.Add(string.Join(Separator, _columns.Select(column => Cell(column.Texts[row]))));
            }
        }

        private string Cell(string? text)
        {
            if (text is null)
            {
                string missing = Draw([.. ReadingOptions.DefaultMissing, "", "", "", ""]);
                return missing.Length == 0 && (Separator == ' ' || Width == 1) ? "\"\"" : missing;
            }

            bool needs = text.Contains('"', StringComparison.Ordinal) || text.Contains(Separator, StringComparison.Ordinal) || text.AsSpan().IndexOfAny("\r\n") >= 0 || (Separator == ' ' && text.AsSpan().IndexOfAny(" \t") >= 0);
            bool isStray = text.Contains('"', StringComparison.Ordinal) && text[0] != '"' && text.AsSpan().IndexOfAny("\r\n \t") < 0 && !text.Contains(Separator, StringComparison.Ordinal);
            string pad = Separator == ' ' || Chance(0.8) ? "" : " ";
            return isStray && Chance(0.2) ? text : needs || Chance(0.1) ? $"{pad}\"{(Chance(0.1) ? " " : "")}{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"{pad}" : pad + text + pad;
        }

        private static int Breaks(string text) => text.Count(c => c == '\n') + text.Count(c => c == '\r') - ((text.Length - text.Replace("\r\n", "", StringComparison.Ordinal).Length) / 2);

        private bool Chance(double p) => _random.NextDouble() < p;

        private T Draw<T>(params ReadOnlySpan<T> from) => from[_random.Next(from.Length)];
    }
}
