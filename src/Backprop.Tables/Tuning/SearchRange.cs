using System.Globalization;

namespace Backprop.Tables.Tuning;

/// <summary>
/// What an option may be: <c>learning-rate=1e-4..1e-1:log</c>, all numbers from one to another, uniform or, with <c>:log</c>, uniform in their logarithm; or <c>network=32:relu,64:relu-32:relu</c>,
/// one of some values. Drawn numbers are rounded to three figures, or to whole ones where the option takes such.
/// </summary>
public sealed record SearchRange
{
    /// <summary>So many places of a range can be told apart at least.</summary>
    private const double Finest = 400;

    private readonly TunableOption _option;
    private readonly (double Low, double High)? _ends;

    private SearchRange(TunableOption option, (double Low, double High)? ends, bool isLogarithmic, IReadOnlyList<string> values) =>
        (_option, _ends, IsLogarithmic, Values) = (option, ends, isLogarithmic, values);

    /// <summary>The option, by the command line's name without hyphens in front.</summary>
    public string Name => _option.Name;

    /// <summary>Whether the logarithm is uniform.</summary>
    public bool IsLogarithmic { get; }

    /// <summary>The values that there are; empty: all numbers between two.</summary>
    public IReadOnlyList<string> Values { get; }

    /// <summary>The least and the greatest number; null: it is a list of values.</summary>
    public (double Low, double High)? Ends => _ends;

    /// <summary>Whether the values are numbers.</summary>
    public bool IsNumeric => _option.Kind != TunableKind.Text;

    /// <summary>Reads one.</summary>
    /// <param name="text">NAME=LOW..HIGH, NAME=LOW..HIGH:log or NAME=VALUE,VALUE…; a part of a network's description that does not begin with a digit belongs to the one before it.</param>
    /// <exception cref="UsageException">What was found, and what was expected.</exception>
    public static SearchRange Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        string[] parts = text.Split('=', 2, StringSplitOptions.TrimEntries);
        if (parts.Length < 2 || parts[0].Length == 0 || parts[1].Length == 0)
        {
            throw Wrong(text, "no name with values found");
        }

        TunableOption option = TunableOption.Of(parts[0]);
        int dots = option.Kind == TunableKind.Text ? -1 : parts[1].IndexOf("..", StringComparison.Ordinal);
        if (dots < 0)
        {
            string[] values = Divide(option, parts[1]);
            if (values.FirstOrDefault(value => value.Length == 0 || (option.Kind != TunableKind.Text && Number(option, value) is null)) is { } wrong)
            {
                throw Wrong(text, $"'{wrong}' found, {Expected(option)} expected");
            }

            return values.Distinct(StringComparer.Ordinal).Count() == values.Length ? new(option, null, isLogarithmic: false, values) : throw Wrong(text, "one value found twice");
        }

        string high = parts[1][(dots + 2)..];
        string? scale = high.Contains(':', StringComparison.Ordinal) ? high[(high.IndexOf(':', StringComparison.Ordinal) + 1)..] : null;
        high = scale is null ? high : high[..^(scale.Length + 1)];
        if (scale is not (null or "log"))
        {
            throw Wrong(text, $"':{scale}' found behind the numbers, ':log' or nothing expected");
        }

        if (Number(option, parts[1][..dots]) is not { } low)
        {
            throw Wrong(text, $"'{parts[1][..dots]}' found, {Expected(option)} expected");
        }

        if (Number(option, high) is not { } most)
        {
            throw Wrong(text, $"'{high}' found, {Expected(option)} expected");
        }

        return low >= most ? throw Wrong(text, $"{parts[1][..dots]} is not less than {high}: the least number comes first")
            : scale is not null && low <= 0 ? throw Wrong(text, $"{parts[1][..dots]} has no logarithm: a least number above 0, or no :log, expected")
            : new(option, (low, most), scale is not null, []);
    }

    /// <summary>The value at a place.</summary>
    /// <param name="place">From 0, the least or first, to below 1.</param>
    internal string At(double place)
    {
        if (_ends is not var (low, high))
        {
            return Values[Math.Min((int)(place * Values.Count), Values.Count - 1)];
        }

        double value = IsLogarithmic ? low * Math.Pow(high / low, place) : low + ((high - low) * place);
        return Write(Math.Clamp(_option.Kind == TunableKind.Whole ? Math.Round(value) : Rounded(value, (high - low) / Finest), low, high));
    }

    /// <summary>To three digits, or to as many as it takes to tell places of the range apart.</summary>
    private static double Rounded(double value, double step)
    {
        for (int digits = 3; ; digits++)
        {
            double rounded = double.Parse(value.ToString($"G{digits}", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
            if (Math.Abs(rounded - value) <= step || digits == 17)
            {
                return rounded;
            }
        }
    }

    /// <summary>Where a value stands, from 0 to 1; null: not in it.</summary>
    public double? PlaceOf(string value)
    {
        if (_ends is not var (low, high))
        {
            int at = Values.ToList().IndexOf(value);
            return at < 0 ? null : Values.Count == 1 ? 0.5 : (double)at / (Values.Count - 1);
        }

        return Number(_option, value) is { } number && number >= low && number <= high
            ? IsLogarithmic ? Math.Log(number / low) / Math.Log(high / low) : (number - low) / (high - low)
            : null;
    }

    /// <summary>Whether a value stands at an end of the range that could be moved out: within a twentieth of it, or the least or greatest of a list of three numbers or more. 0 is no such end.</summary>
    public bool IsAtEdge(string value)
    {
        if (!IsNumeric || Number(_option, value) is null or 0)
        {
            return false;
        }

        if (_ends is not null)
        {
            return PlaceOf(value) is < 0.05 or > 0.95;
        }

        double[] numbers = [.. Values.Select(one => Number(_option, one)!.Value).Order()];
        return numbers.Length > 2 && Number(_option, value) is { } number && (number == numbers[0] || number == numbers[^1]);
    }

    /// <summary>As it is written.</summary>
    public override string ToString() => $"{Name}={(_ends is var (low, high) ? $"{Write(low)}..{Write(high)}{(IsLogarithmic ? ":log" : "")}" : string.Join(',', Values))}";

    private static string Write(double number) => number.ToString("R", CultureInfo.InvariantCulture);

    private static string Expected(TunableOption option) => option.Kind switch { TunableKind.Whole => "a whole number", TunableKind.Real => "a number", _ => "a value" };

    private static double? Number(TunableOption option, string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && double.IsFinite(number)
        && (option.Kind != TunableKind.Whole || (number == Math.Round(number) && Math.Abs(number) <= int.MaxValue)) ? number : null;

    /// <summary>At commas, but not within parentheses, nor within the description of a network's layer.</summary>
    private static string[] Divide(TunableOption option, string text)
    {
        var values = new List<string>();
        int depth = 0, from = 0;
        for (int n = 0; n <= text.Length; n++)
        {
            char c = n < text.Length ? text[n] : ',';
            depth += c == '(' ? 1 : c == ')' ? -1 : 0;
            if (c == ',' && (depth == 0 || n == text.Length))
            {
                string value = text[from..n].Trim();
                bool belongs = values.Count > 0 && value.Length > 0
                    && (option.Name is "network" ? !char.IsAsciiDigit(value[0]) : option.Name is "class-weights" && IsOfAnotherClass(value, values[^1]));
                if (belongs)
                {
                    values[^1] += $",{value}";
                }
                else
                {
                    values.Add(value);
                }

                from = n + 1;
            }
        }

        return option.Kind == TunableKind.Whole ? [.. values.Select(value => Number(option, value) is { } number ? Write(number) : value)] : [.. values];
    }

    /// <summary>Whether LABEL=WEIGHT goes on with the weights before it: where the label comes again, other weights begin.</summary>
    private static bool IsOfAnotherClass(string weight, string before)
    {
        string label = weight[..(weight.IndexOf('=', StringComparison.Ordinal) + 1)];
        return label.Length > 0 && before.Contains('=', StringComparison.Ordinal) && !before.Split(',').Any(one => one.StartsWith(label, StringComparison.Ordinal));
    }

    private static UsageException Wrong(string text, string what) =>
        new($"range '{text}': {what}; NAME=LOW..HIGH, NAME=LOW..HIGH:log or NAME=VALUE,VALUE… expected, such as learning-rate=1e-4..1e-1:log");
}
