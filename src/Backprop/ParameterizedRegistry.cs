using System.Globalization;

namespace Backprop;

/// <summary>Functions by name, each made from its parameter, where it has one. What has a name is always the same function, so that a name in a file says everything.</summary>
/// <param name="kind">What they are.</param>
/// <param name="nameOf">A function's name.</param>
/// <param name="parameterOf">Its parameter; null: it has none.</param>
internal sealed class ParameterizedRegistry<TValue>(string kind, Func<TValue, string> nameOf, Func<TValue, double?> parameterOf) where TValue : class
{
    private readonly Registry<Entry> _registry = new(kind);

    public IReadOnlyList<string> Names => _registry.Names;

    /// <exception cref="ArgumentException">The name is taken.</exception>
    public void Add(TValue value) => _registry.Add(nameOf(value), new(value, null));

    /// <param name="name">The name of all that it makes.</param>
    /// <param name="create">Makes it; null: with the parameter's default.</param>
    /// <exception cref="ArgumentException">The name is taken, or what is made has another.</exception>
    public void Add(string name, Func<double?, TValue> create)
    {
        ArgumentNullException.ThrowIfNull(create);
        if (_registry.TryGet(name, out _))
        {
            throw _registry.Taken(name);
        }

        TValue byDefault = create(null);
        _registry.Add(name, nameOf(byDefault) == name
            ? new(byDefault, create)
            : throw new ArgumentException($"{kind} '{name}': what is made is called '{nameOf(byDefault)}'", nameof(create)));
    }

    /// <exception cref="UsageException">No such name, or the parameter does not belong to it.</exception>
    public TValue Create(string name, double? parameter)
    {
        Entry entry = _registry.Get(name);
        double? byDefault = parameterOf(entry.ByDefault);
        if (parameter is not { } value || value == byDefault)
        {
            return entry.ByDefault;
        }

        return byDefault is not null && entry.Create?.Invoke(value) is { } made && nameOf(made) == name && parameterOf(made) == value
            ? made
            : throw new UsageException(string.Create(CultureInfo.InvariantCulture, $"{kind} '{name}' has {(byDefault is null ? "no parameter" : $"the parameter {byDefault} only")}, found {value}"));
    }

    /// <summary>Reads <c>relu</c> or <c>leaky_relu(0.1)</c>.</summary>
    /// <exception cref="UsageException">Not of that form, or an unknown name.</exception>
    public TValue Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        int open = text.IndexOf('(', StringComparison.Ordinal);
        if (open < 0)
        {
            return Create(text.Trim(), null);
        }

        return text.EndsWith(')') && double.TryParse(text.AsSpan(open + 1, text.Length - open - 2), NumberStyles.Float, CultureInfo.InvariantCulture, out double parameter) && double.IsFinite(parameter)
            ? Create(text[..open].Trim(), parameter)
            : throw new UsageException($"{kind} '{text}': expected a name, or a name with a number in parentheses");
    }

    /// <summary>The same written.</summary>
    public static string Format(string name, double? parameter) => parameter is { } value ? $"{name}({value.ToString("R", CultureInfo.InvariantCulture)})" : name;

    /// <summary>Requires that something may be called so: the name is free, or belongs to its kind already.</summary>
    /// <param name="name">The name.</param>
    /// <param name="ofKind">Whether something is of its kind; null: of none that could be told apart.</param>
    /// <exception cref="ArgumentException">The name is taken or malformed.</exception>
    public void RequireFree(string name, Predicate<TValue>? ofKind)
    {
        if (string.IsNullOrEmpty(name) || name.Any(c => c is '-' or ':' or ',' or '(' or ')' || char.IsWhiteSpace(c)))
        {
            throw new ArgumentException($"{kind} '{name}': expected a name without blanks and -:,()", nameof(name)); // 8:elu(0.5)-1 is read by them
        }

        if (_registry.TryGet(name, out Entry? entry) && ofKind?.Invoke(entry.ByDefault) != true)
        {
            throw _registry.Taken(name);
        }
    }

    /// <exception cref="ModelException">What is read by this name and parameter would be another function.</exception>
    public void RequireRegistered(TValue value)
    {
        bool isRegistered = false;
        try
        {
            isRegistered = _registry.TryGet(nameOf(value), out _) && Create(nameOf(value), parameterOf(value)).Equals(value);
        }
        catch (UsageException error)
        {
            throw new ModelException($"{kind} '{value}': the model could not be read again: {error.Message}", error);
        }

        if (!isRegistered)
        {
            throw new ModelException($"{kind} '{value}' is not registered, so that the model could not be read again: {typeof(TValue).Name}.Register makes its name known");
        }
    }

    private sealed record Entry(TValue ByDefault, Func<double?, TValue>? Create);
}
