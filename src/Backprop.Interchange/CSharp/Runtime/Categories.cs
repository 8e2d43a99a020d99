internal static class Categories
{
    /// <summary>The feature of one of some categories is 1.</summary>
    private static void EncodeCategory(CategoryColumn column, string? cell, Span<Real> x)
    {
        ReadOnlySpan<char> text = cell.AsSpan().Trim();
        int place = IsMissing(text) ? column.Missing : column.Find(text);
        if (place >= 0)
        {
            x[place] = 1;
        }
    }

    /// <summary>Finds a category by its text; else by its number, where exactly one has it; else by what it means, where they are true and false.</summary>
    private sealed class CategoryColumn
    {
        private readonly string[] _texts; // in the order of their characters
        private readonly int[] _places, _placesOfNumbers;
        private readonly double[] _numbers; // ascending
        private readonly char _decimalMark, _thousands;
        private readonly string? _currency;
        private readonly int _false, _true, _other; // −1: none; −2: not true and false

        public CategoryColumn(string[] texts, int[] places, double[] numbers, int[] placesOfNumbers, char decimalMark, char thousands, string? currency, int @false, int @true, int other, int missing)
        {
            (_texts, _places, _numbers, _placesOfNumbers) = (texts, places, numbers, placesOfNumbers);
            (_decimalMark, _thousands, _currency) = (decimalMark, thousands, currency);
            (_false, _true, _other, Missing) = (@false, @true, other, missing);
        }

        public int Missing { get; }

        public int Find(ReadOnlySpan<char> text)
        {
            int low = 0, high = _texts.Length - 1;
            while (low <= high)
            {
                int middle = (low + high) / 2, order = text.SequenceCompareTo(_texts[middle].AsSpan());
                if (order == 0)
                {
                    return _places[middle];
                }

                (low, high) = order > 0 ? (middle + 1, high) : (low, middle - 1);
            }

            if (CellParser.TryParseNumber(text, _decimalMark, _thousands, _currency, out double number, out _))
            {
                int at = Array.BinarySearch(_numbers, number);
                if (at >= 0 && _placesOfNumbers[at] >= 0)
                {
                    return _placesOfNumbers[at];
                }

                if (at < 0 && _true != -2 && (number == 0 || number == 1))
                {
                    return number == 1 ? _true : _false;
                }
            }

            return _true != -2 && CellParser.TryParseBoolean(text, out bool value) ? (value ? _true : _false) : _other;
        }
    }
}
