namespace Backprop;

/// <summary>The base of every error that this library reports on purpose: its message says what was found, what was expected and where.</summary>
public abstract class BackpropException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>The options that decide what is in doubt, by the names that they have in the library, with what they would say where that is known: "Categorical = city". The tool says them in its own way.</summary>
    public IReadOnlyList<string> Settings { get; init; } = [];
}
