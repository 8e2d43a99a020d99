using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace Backprop;

/// <summary>Names of one kind of thing. Each file adds its own when the library is loaded, so that a new activation, loss or optimizer is one file.</summary>
internal sealed class Registry<TValue>(string kind)
{
    private readonly ConcurrentDictionary<string, TValue> _entries = new(StringComparer.Ordinal);

    public IReadOnlyList<string> Names => [.. _entries.Keys.Order(StringComparer.Ordinal)];

    /// <exception cref="ArgumentException">The name is taken.</exception>
    public void Add(string name, TValue value)
    {
        if (!_entries.TryAdd(name, value))
        {
            throw Taken(name);
        }
    }

    /// <summary>Whether there is one of this name.</summary>
    public bool TryGet(string name, [MaybeNullWhen(false)] out TValue value) => _entries.TryGetValue(name, out value);

    public ArgumentException Taken(string name) => new($"{kind} '{name}' exists already", nameof(name));

    public TValue Get(string name) => _entries.TryGetValue(name, out TValue? value)
        ? value
        : throw new UsageException(Suggestion.Unknown(kind, name, Names));
}
