namespace Backprop.Kernels;

/// <summary>What a step of a <see cref="Formula"/> does with the steps before it.</summary>
public enum FormulaOperation
{
    /// <summary>The argument of the formula.</summary>
    Argument,

    /// <summary>A constant.</summary>
    Constant,

    /// <summary>a + b.</summary>
    Add,

    /// <summary>a − b.</summary>
    Subtract,

    /// <summary>a · b.</summary>
    Multiply,

    /// <summary>a / b.</summary>
    Divide,

    /// <summary>−a.</summary>
    Negate,

    /// <summary>a · b + c, rounded once.</summary>
    FusedMultiplyAdd,

    /// <summary>a &lt; b ? c : d.</summary>
    IfLess,

    /// <summary>√a.</summary>
    Sqrt,

    /// <summary>|a|.</summary>
    Abs,

    /// <summary>The magnitude of a with the sign of b.</summary>
    CopySign,

    /// <summary>2ⁿ where n + the exponent's bias stands in the lowest bits of a: these bits moved to the exponent's place.</summary>
    PowerOfTwo,

    /// <summary>e of a = m·2ᵉ for positive normal a, m from the format's least mantissa (⅔ in float, √½ in double) to less than its double.</summary>
    Exponent,

    /// <summary>m of the same.</summary>
    Mantissa,

    /// <summary>−a where the lowest bit of b is 1.</summary>
    NegateIfOdd,

    /// <summary>eᵃ, a formula of its own, as all that follow.</summary>
    Exp,

    /// <summary>eᵃ − 1.</summary>
    ExpM1,

    /// <summary>log a.</summary>
    Log,

    /// <summary>log(1 + a).</summary>
    LogP1,

    /// <summary>tanh a.</summary>
    Tanh,

    /// <summary>1 / (1 + e⁻ᵃ).</summary>
    Sigmoid,

    /// <summary>log(1 + eᵃ).</summary>
    Softplus,

    /// <summary>erf a.</summary>
    Erf,

    /// <summary>Φ(a).</summary>
    NormalCdf,

    /// <summary>sin a.</summary>
    Sin,

    /// <summary>cos a.</summary>
    Cos,
}
