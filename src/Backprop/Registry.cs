using System.Collections.Concurrent;

namespace Backprop;

/// <summary>Names of one kind of thing. Each file adds its own when the library is loaded, so that a new activation, loss or optimizer is one file.</summary>
internal sealed class Registry<TValue>(string kind)
{
    private readonly ConcurrentDictionary<string, TValue> _entries = new(StringComparer.Ordinal);

    public IReadOnlyList<string> Names => [.. _entries.Keys.Order(StringComparer.Ordinal)];

    public void Add(string name, TValue value)
    {
        if (!_entries.TryAdd(name, value))
        {
            throw new ArgumentException($"{kind} '{name}' exists already", nameof(name));
        }
    }

    public TValue Get(string name) => _entries.TryGetValue(name, out TValue? value)
        ? value
        : throw new UsageException(Suggestion.Unknown(kind, name, Names));
}
