namespace Backprop;

/// <summary>The base of every error that this library reports on purpose: its message says what was found, what was expected and where.</summary>
public abstract class BackpropException(string message, Exception? inner = null) : Exception(message, inner);
