using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace Backprop.Cli.Input;

/// <summary>Options that take numbers. The parser's own reading takes "0,001" for 1; ours takes it for a mistake.</summary>
internal static class NumberOptions
{
    public static void ReadStrictly(Command command)
    {
        foreach (Option option in command.Options)
        {
            switch (option)
            {
                case Option<double?> number:
                    number.CustomParser = result => Read<double>(result, "a number", double.TryParse);
                    break;
                case Option<int?> number:
                    number.CustomParser = result => Read<int>(result, "a whole number", int.TryParse);
                    break;
                case Option<int> number:
                    number.CustomParser = result => Read<int>(result, "a whole number", int.TryParse) ?? 0;
                    break;
                case Option<ulong> number:
                    number.CustomParser = result => Read<ulong>(result, "a whole number of at least 0", ulong.TryParse) ?? 0;
                    break;
            }
        }
    }

    private delegate bool TryParse<T>(string? text, NumberStyles styles, IFormatProvider? provider, out T value);

    private static T? Read<T>(ArgumentResult result, string what, TryParse<T> read) where T : struct
    {
        string text = result.Tokens[0].Value;
        NumberStyles styles = typeof(T) == typeof(double) ? NumberStyles.Float : NumberStyles.Integer;
        if (read(text, styles, CultureInfo.InvariantCulture, out T value))
        {
            return value;
        }

        result.AddError($"{((OptionResult)result.Parent!).Option.Name}: '{text}' found, {what} expected");
        return null;
    }
}
