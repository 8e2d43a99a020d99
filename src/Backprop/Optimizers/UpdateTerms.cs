namespace Backprop.Optimizers;

/// <summary>
/// One parameter at one step, as an optimizer names what it does to it (<see cref="Optimizer.Explain"/>). A formula is text of names, numbers, + − · / √ ²,
/// parentheses, <c>sign</c>, <c>min</c> and <c>max</c>; it is evaluated in double. x / 0 is 0, as in the rules. Known are w, g (with penalties and clipping),
/// η and t; further names by <see cref="Let"/>, and every term by its symbol.
/// </summary>
/// <example><code>
/// terms.Let("μ", 0.9);
/// terms.Let("v", terms.Moments[0]);
/// terms.Add("v′", "momentum", "μ · v + g");
/// terms.Move("Δw", "step", "−η · v′");
/// </code></example>
public sealed class UpdateTerms
{
    private readonly Dictionary<string, double> _values;
    private readonly List<UpdateTerm> _terms = [];

    internal UpdateTerms(double parameter, double gradient, double learningRate, long step, IReadOnlyList<double> moments)
    {
        (LearningRate, Step, Moments) = (learningRate, step, moments);
        _values = new(StringComparer.Ordinal) { ["w"] = parameter, ["g"] = gradient, ["η"] = learningRate, ["t"] = step };
    }

    /// <summary>η of the step.</summary>
    public double LearningRate { get; }

    /// <summary>t, counted from 1.</summary>
    public long Step { get; }

    /// <summary>The moments before the step, in the order of <see cref="Optimizer.StateNames"/>.</summary>
    public IReadOnlyList<double> Moments { get; }

    internal IReadOnlyList<UpdateTerm> All => _terms;

    /// <summary>Makes a name known to the formulas that follow.</summary>
    public void Let(string name, double value) => _values[name] = value;

    /// <summary>Names a quantity.</summary>
    /// <param name="symbol">Its symbol, known from then on.</param>
    /// <param name="meaning">What it is, in words.</param>
    /// <param name="formula">How it is made.</param>
    /// <returns>Its value.</returns>
    /// <exception cref="FormatException">A formula that cannot be read.</exception>
    public double Add(string symbol, string meaning, string formula) => Add(symbol, meaning, formula, isMove: false);

    /// <summary>Names a quantity that is added to the parameter.</summary>
    /// <inheritdoc cref="Add(string, string, string)"/>
    public double Move(string symbol, string meaning, string formula) => Add(symbol, meaning, formula, isMove: true);

    /// <summary>Weight decay as part of the gradient, where there is any. Returns the symbol of what follows is made of.</summary>
    internal string Decay(double weightDecay)
    {
        if (weightDecay == 0)
        {
            return "g";
        }

        Let("λ", weightDecay);
        Add("d", "gradient with weight decay", "g + λ · w");
        return "d";
    }

    /// <summary>Adam's two moments, of a gradient by its symbol.</summary>
    internal void MeanAndSquare(string gradient, double beta1, double beta2, double epsilon)
    {
        Let("β₁", beta1);
        Let("β₂", beta2);
        Let("ε", epsilon);
        Let("m", Moments[0]);
        Let("v", Moments[1]);
        Add("m′", "first moment, the mean of gradients", $"β₁ · m + (1 − β₁) · {gradient}");
        Add("v′", "second moment, the mean of squares", $"β₂ · v + (1 − β₂) · {gradient}²");
        Let("β₁ᵗ", Optimizer.Power(beta1, Step));
        Let("β₂ᵗ", Optimizer.Power(beta2, Step));
    }

    /// <summary>The greatest second moment so far, where that divides. Returns the symbol of what does.</summary>
    internal string Greatest(bool amsgrad)
    {
        if (!amsgrad)
        {
            return "v′";
        }

        Let("s", Moments[2]);
        Add("s′", "greatest second moment (AMSGrad)", "max(s, v′)");
        return "s′";
    }

    private double Add(string symbol, string meaning, string formula, bool isMove)
    {
        ArgumentNullException.ThrowIfNull(formula);
        var reader = new UpdateFormula(formula, _values);
        double value = reader.Evaluate();
        _terms.Add(new(symbol, meaning, formula, reader.Numbers, value, isMove));
        _values[symbol] = value;
        return value;
    }
}
