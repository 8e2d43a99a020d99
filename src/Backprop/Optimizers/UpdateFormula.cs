using System.Globalization;
using System.Text;

namespace Backprop.Optimizers;

/// <summary>
/// Reads a formula of <see cref="UpdateTerms"/>: names, numbers, + − · / √ ², parentheses, sign, min and max. So text, numbers and value of a term are one thing
/// and cannot disagree.
/// </summary>
internal ref struct UpdateFormula(string formula, IReadOnlyDictionary<string, double> values)
{
    private readonly StringBuilder _numbers = new();
    private int _at;

    /// <summary>The formula with numbers in the place of names.</summary>
    public readonly string Numbers => _numbers.ToString();

    /// <summary>The value.</summary>
    /// <exception cref="FormatException">Not a formula, or a name that means nothing.</exception>
    public double Evaluate()
    {
        double value = Sum();
        return _at == formula.Length ? value : throw Unexpected();
    }

    /// <summary>A number as formulas show it.</summary>
    public static string Show(double value) => value.ToString("G4", CultureInfo.InvariantCulture).Replace('-', '−');

    private double Sum()
    {
        double value = Product();
        while (true)
        {
            if (Take('+'))
            {
                value += Product();
            }
            else if (Take('−'))
            {
                value -= Product();
            }
            else
            {
                return value;
            }
        }
    }

    private double Product()
    {
        double value = Factor();
        while (true)
        {
            if (Take('·'))
            {
                value *= Factor();
            }
            else if (Take('/'))
            {
                double divisor = Factor();
                value = divisor == 0 ? value * divisor : value / divisor; // as Quotient has it
            }
            else
            {
                return value;
            }
        }
    }

    private double Factor()
    {
        if (Take('−'))
        {
            return -Factor();
        }

        if (Take('√'))
        {
            return Math.Sqrt(Factor());
        }

        double value = Primary();
        return Take('²') ? value * value : value;
    }

    private double Primary()
    {
        if (Take('('))
        {
            double inner = Sum();
            Require(')');
            return inner;
        }

        int start = _at;
        while (_at < formula.Length && !" +−·/√²(),".Contains(formula[_at]))
        {
            _at++;
        }

        string name = formula[start.._at];
        if (values.TryGetValue(name, out double value))
        {
            string shown = Show(value);
            bool isFirst = _numbers.Length == 0 || _numbers[^1] == '(';
            _numbers.Append((shown[0] == '−' && !isFirst) || (_at < formula.Length && formula[_at] == '²') || (isFirst is false && _numbers[^1] is '−' or '√' && shown[0] == '−') ? $"({shown})" : shown);
            Skip();
            return value;
        }

        _numbers.Append(name);
        if (double.TryParse(name, NumberStyles.Float, CultureInfo.InvariantCulture, out double number))
        {
            Skip();
            return number;
        }

        Require('(');
        double first = Sum();
        double result = name switch
        {
            "sign" => Math.Sign(first),
            "max" => Math.Max(first, Next()),
            "min" => Math.Min(first, Next()),
            _ => throw Unexpected(),
        };
        Require(')');
        return result;
    }

    private double Next()
    {
        Require(',');
        return Sum();
    }

    private bool Take(char sign)
    {
        if (_at == formula.Length || formula[_at] != sign)
        {
            return false;
        }

        _at++;
        _numbers.Append(sign);
        Skip();
        return true;
    }

    private void Require(char sign)
    {
        if (!Take(sign))
        {
            throw Unexpected();
        }
    }

    private void Skip()
    {
        while (_at < formula.Length && formula[_at] == ' ')
        {
            _at++;
            _numbers.Append(' ');
        }
    }

    private readonly FormatException Unexpected() => new($"the formula '{formula}' cannot be read from its character {_at} on");
}
