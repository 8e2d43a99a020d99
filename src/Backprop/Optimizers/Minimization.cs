using System.Numerics;
using Backprop.Propagation;

namespace Backprop.Optimizers;

/// <summary>A minimizer on its way over one objective: θ are the network's parameters, and what it has learned of the objective is here.</summary>
/// <typeparam name="T">float or double.</typeparam>
public abstract class Minimization<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly T[] _gradient;
    private long _version = -1; // of the network that Value and Gradient are of

    /// <summary>Begins at the network's present parameters.</summary>
    protected Minimization(Objective<T> objective)
    {
        ArgumentNullException.ThrowIfNull(objective);
        Objective = objective;
        _gradient = new T[objective.Parameters.Length];
    }

    /// <summary>What becomes small.</summary>
    public Objective<T> Objective { get; }

    /// <summary>Loss and penalties at θ, as the last step left it; NaN before the first.</summary>
    public double Value { get; private set; } = double.NaN;

    /// <summary>The loss alone.</summary>
    public double Loss { get; private set; } = double.NaN;

    /// <summary>∇ at θ, laid out as <see cref="Objective{T}.Parameters"/>.</summary>
    public ReadOnlySpan<T> Gradient => _gradient;

    /// <summary>Whether no further step will change anything.</summary>
    public bool HasConverged { get; protected set; }

    /// <summary>Whether value and gradient are finite: from elsewhere no step is taken.</summary>
    public bool IsFinite { get; private set; } = true;

    /// <summary>One iteration. Returns the loss before it, without the penalties, as a training step does.</summary>
    /// <param name="learningRate">η, 1 unless a schedule says otherwise.</param>
    /// <exception cref="ObjectDisposedException">The objective has been disposed of.</exception>
    public double Step(double learningRate = 1)
    {
        if (_version != Objective.Network.Version) // the first step, or somebody has changed θ
        {
            double value = Objective.Evaluate();
            if (_version >= 0 && !(value.Equals(Value) && Objective.Gradient.SequenceEqual(_gradient)))
            {
                HasConverged = false;
                Forget(); // what was learned on another way
            }

            Take(value);
        }

        double before = Loss;
        if (IsFinite && !HasConverged)
        {
            Iterate(learningRate);
        }

        _version = Objective.Network.Version;
        return before;
    }

    /// <summary>Forgets what earlier steps taught, since θ is not where they led.</summary>
    protected virtual void Forget()
    {
    }

    /// <summary>From θ, whose <see cref="Value"/> and <see cref="Gradient"/> are known, to a better one, which it <see cref="Take"/>s; or <see cref="HasConverged"/>.</summary>
    protected abstract void Iterate(double learningRate);

    /// <summary>Makes the point that the objective was evaluated at last the present one.</summary>
    /// <param name="value">What the evaluation returned.</param>
    protected void Take(double value)
    {
        (Value, Loss) = (value, Objective.Loss);
        Objective.Gradient.CopyTo(_gradient);
        IsFinite = double.IsFinite(value);
        foreach (T derivative in _gradient)
        {
            IsFinite &= T.IsFinite(derivative);
        }
    }

    /// <summary>What a run that goes on later must restore: numbers as text, and vectors. θ, its value and its gradient are not of it.</summary>
    public abstract (string Numbers, T[][] Vectors) Save();

    /// <summary>Goes on from there.</summary>
    /// <exception cref="ModelException">It is not what <see cref="Save"/> gives for this objective.</exception>
    public abstract void Restore(string numbers, T[][] vectors);
}
