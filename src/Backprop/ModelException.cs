namespace Backprop;

/// <summary>A model file or a network description that cannot be used.</summary>
/// <param name="message">What was found, what was expected, and where.</param>
/// <param name="inner">The error underneath, if any.</param>
public sealed class ModelException(string message, Exception? inner = null) : BackpropException(message, inner);
