namespace Backprop;

/// <summary>A name, option or column that does not exist, or a value out of its range.</summary>
/// <param name="message">What was found, what was expected, and where.</param>
/// <param name="inner">The error underneath, if any.</param>
public sealed class UsageException(string message, Exception? inner = null) : BackpropException(message, inner);
