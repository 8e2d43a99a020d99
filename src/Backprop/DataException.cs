namespace Backprop;

/// <summary>Data that cannot be used: unreadable, malformed, missing or non-finite.</summary>
/// <param name="message">What was found, what was expected, and where.</param>
/// <param name="inner">The error underneath, if any.</param>
public sealed class DataException(string message, Exception? inner = null) : BackpropException(message, inner);
