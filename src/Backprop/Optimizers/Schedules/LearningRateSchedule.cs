using System.Globalization;

namespace Backprop.Optimizers.Schedules;

/// <summary>What the learning rate is multiplied by at each step.</summary>
public abstract class LearningRateSchedule
{
    private static readonly Registry<Func<LearningRateSchedule>> s_registry = new("schedule");

    /// <summary>The name on the command line.</summary>
    public abstract string Name { get; }

    /// <summary>The names that <see cref="Parse"/> knows.</summary>
    public static IReadOnlyList<string> Names => s_registry.Names;

    private protected static void Register(string name, Func<LearningRateSchedule> create) => s_registry.Add(name, create);

    /// <summary>The schedule of a name. Every call gives a fresh one.</summary>
    /// <exception cref="UsageException">Unknown name.</exception>
    public static LearningRateSchedule Parse(string name) => s_registry.Get(name)();

    /// <summary>The factor at a step.</summary>
    /// <param name="step">Counted from 0.</param>
    /// <param name="steps">The steps of the whole run.</param>
    public abstract double At(long step, long steps);

    /// <summary>Whether the factor depends on how long the run is; otherwise the run may be made longer afterwards.</summary>
    internal virtual bool KnowsTheEnd => true;

    /// <summary>Called after each epoch with what is watched, turned so that less is better: a figure of the validation rows, or the training loss where nothing is validated.</summary>
    public virtual void AfterEpoch(double loss)
    {
    }

    /// <summary>What a resumed run must restore; empty where the factor depends on the step alone.</summary>
    public virtual string State
    {
        get => "";
        set
        {
            if (value.Length > 0)
            {
                throw new ModelException(string.Create(CultureInfo.InvariantCulture, $"schedule '{Name}' has no state, found '{value}'"));
            }
        }
    }
}
