using System.Globalization;

namespace Backprop.Optimizers.Schedules;

/// <summary>
/// What the learning rate is multiplied by at each step. One of your own derives from this; <see cref="Register"/> makes its name known, which is how options
/// and checkpoints say it. Where it has a state it belongs to one run: <see cref="Parse"/> gives a fresh one every time.
/// </summary>
public abstract class LearningRateSchedule
{
    private static readonly Registry<Func<IReadOnlyList<double>, LearningRateSchedule>> s_registry = new("schedule");

    /// <summary>The name on the command line.</summary>
    public abstract string Name { get; }

    /// <summary>Its parameters, in the order of <see cref="Parse"/>.</summary>
    public virtual IReadOnlyList<double> Parameters => [];

    /// <summary>The names that <see cref="Parse"/> knows.</summary>
    public static IReadOnlyList<string> Names => s_registry.Names;

    /// <summary>Makes a name known to <see cref="Parse"/>.</summary>
    /// <param name="name">The name of all that it makes, without blanks and (),.</param>
    /// <param name="create">Makes a fresh one of the parameters that are given, the first ones; what is not given takes defaults.</param>
    /// <exception cref="ArgumentException">The name is taken or malformed, or what is made has another.</exception>
    public static void Register(string name, Func<IReadOnlyList<double>, LearningRateSchedule> create)
    {
        ArgumentNullException.ThrowIfNull(create);
        if (string.IsNullOrEmpty(name) || name.Any(c => c is '(' or ')' or ',' || char.IsWhiteSpace(c)))
        {
            throw new ArgumentException($"schedule '{name}': expected a name without blanks and (),", nameof(name));
        }

        string found = create([]).Name;
        s_registry.Add(name, found == name ? create : throw new ArgumentException($"schedule '{name}': what is made is called '{found}'", nameof(create)));
    }

    /// <summary>Reads <c>cosine</c> or <c>one-cycle(0.3)</c>: a name, and parameters where others than its defaults are wanted. Every call gives a fresh one.</summary>
    /// <exception cref="UsageException">Not of that form, an unknown name, or parameters that it does not have or that are out of range.</exception>
    public static LearningRateSchedule Parse(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        int open = name.IndexOf('(', StringComparison.Ordinal);
        if (open < 0)
        {
            return s_registry.Get(name)([]);
        }

        var parameters = new List<double>();
        foreach (string part in name.EndsWith(')') ? name[(open + 1)..^1].Split(',') : [""])
        {
            parameters.Add(double.TryParse(part, NumberStyles.Float, CultureInfo.InvariantCulture, out double parameter) && double.IsFinite(parameter)
                ? parameter
                : throw new UsageException($"schedule '{name}': expected a name, or a name with numbers in parentheses such as step(10,0.5)"));
        }

        LearningRateSchedule made = s_registry.Get(name[..open].Trim())(parameters);
        return made.Parameters.Count >= parameters.Count
            ? made
            : throw new UsageException($"schedule '{name}': {parameters.Count} parameters found, {(made.Parameters.Count == 0 ? "none" : $"at most {made.Parameters.Count}")} expected");
    }

    /// <summary>What <see cref="Parse"/> reads; parameters at the end that are as by default are left out.</summary>
    public override string ToString()
    {
        int count = Parameters.Count;
        IReadOnlyList<double> defaults = s_registry.TryGet(Name, out Func<IReadOnlyList<double>, LearningRateSchedule>? create) ? create([]).Parameters : [];
        while (count > 0 && count <= defaults.Count && Parameters[count - 1] == defaults[count - 1])
        {
            count--;
        }

        return count == 0 ? Name : $"{Name}({string.Join(',', Parameters.Take(count).Select(parameter => parameter.ToString("R", CultureInfo.InvariantCulture)))})";
    }

    /// <summary>A parameter, if it is given.</summary>
    private protected static double At(IReadOnlyList<double> given, int index, double byDefault) => index < given.Count ? given[index] : byDefault;

    private protected double Within(string parameter, double value, double low, double high) => value >= low && value <= high
        ? value
        : throw new UsageException(string.Create(CultureInfo.InvariantCulture, $"schedule '{Name}': {parameter} must be at least {low}{(double.IsFinite(high) ? $" and at most {high}" : "")}, found {value}"));

    /// <summary>The factor at a step.</summary>
    /// <param name="step">Counted from 0.</param>
    /// <param name="steps">The steps of the whole run.</param>
    public abstract double At(long step, long steps);

    /// <summary>Whether the factor depends on how long the run is; otherwise the run may be made longer afterwards.</summary>
    protected internal virtual bool KnowsTheEnd => true;

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
