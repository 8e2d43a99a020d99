using System.Collections;
using System.Globalization;

namespace Backprop.Tables;

/// <summary>Numbers and how often they are there, made into texts only when somebody looks: of thousands of columns hardly anybody does.</summary>
internal sealed class CountedNumbers(IReadOnlyList<(double Number, int Count)> counts, bool areBooleans) : IReadOnlyList<KeyValuePair<string, int>>
{
    public int Count => counts.Count;

    public KeyValuePair<string, int> this[int index] => new(Text(counts[index].Number), counts[index].Count);

    public IEnumerator<KeyValuePair<string, int>> GetEnumerator() => Enumerable.Range(0, Count).Select(n => this[n]).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private string Text(double number) => areBooleans ? (number != 0 ? "true" : "false") : number.ToString("R", CultureInfo.InvariantCulture);
}
