namespace Backprop;

/// <summary>Training met a NaN or an infinity. Nothing was hidden: the message names the layer and the step.</summary>
/// <param name="message">What was found and where.</param>
/// <param name="layer">The first layer (counted from 1) that holds a non-finite number; 0 if only the loss does.</param>
/// <param name="step">The step (counted from 1) that produced it.</param>
public sealed class DivergenceException(string message, int layer, long step) : BackpropException(message)
{
    /// <summary>The first layer (counted from 1) that holds a non-finite number; 0 if only the loss does.</summary>
    public int Layer { get; } = layer;

    /// <summary>The step (counted from 1) that produced it.</summary>
    public long Step { get; } = step;
}
