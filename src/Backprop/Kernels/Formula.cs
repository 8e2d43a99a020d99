using System.Numerics;

namespace Backprop.Kernels;

/// <summary>
/// A formula of one number as the list of its operations, each once: what is written once over <see cref="IElement{TSelf}"/>, run on an element that writes down what is done with it. Doing the
/// steps in float or double, each rounded, gives the engine's bits.
/// </summary>
/// <example>
/// <code>
/// Formula softsign = ActivationFunction.Parse("softsign").Formula&lt;float&gt;()!; // p / (1 + |p|)
/// foreach (FormulaStep step in softsign.Steps)
/// {
///     Console.WriteLine($"{step.Operation} {string.Join(' ', step.Operands)}"); // Argument, Constant, Abs 0, Add 1 2, Divide 0 3
/// }
/// </code>
/// </example>
public sealed class Formula
{
    private Formula(IReadOnlyList<FormulaStep> steps, int result) => (Steps, Result) = (steps, result);

    /// <summary>The operations in their order; the first is the argument.</summary>
    public IReadOnlyList<FormulaStep> Steps { get; }

    /// <summary>The step whose value is that of the formula.</summary>
    public int Result { get; }

    /// <summary>One of the functions of <see cref="IElement{TSelf}"/>, from <see cref="FormulaOperation.Exp"/> on, as this library computes it.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <exception cref="ArgumentException">An operation that is no such function.</exception>
    public static Formula Of<T>(FormulaOperation function) where T : unmanaged, IBinaryFloatingPointIeee754<T> => Trace<T>(function switch
    {
        FormulaOperation.Exp => ElementFunctions.Exp<Traced<T>, T>,
        FormulaOperation.ExpM1 => ElementFunctions.ExpM1<Traced<T>, T>,
        FormulaOperation.Log => ElementFunctions.Log<Traced<T>, T>,
        FormulaOperation.LogP1 => ElementFunctions.LogP1<Traced<T>, T>,
        FormulaOperation.Tanh => ElementFunctions.Tanh<Traced<T>, T>,
        FormulaOperation.Sigmoid => ElementFunctions.Sigmoid<Traced<T>, T>,
        FormulaOperation.Softplus => ElementFunctions.Softplus<Traced<T>, T>,
        FormulaOperation.Erf => ElementFunctions.Erf<Traced<T>, T>,
        FormulaOperation.NormalCdf => ElementFunctions.NormalCdf<Traced<T>, T>,
        FormulaOperation.Sin => ElementFunctions.Sin<Traced<T>, T>,
        FormulaOperation.Cos => ElementFunctions.Cos<Traced<T>, T>,
        _ => throw new ArgumentException($"{function} found, a function expected, from {FormulaOperation.Exp} on", nameof(function)),
    });

    /// <summary>Runs a formula on an argument that writes down what becomes of it.</summary>
    internal static Formula Trace<T>(Func<Traced<T>, Traced<T>> formula) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        (List<FormulaStep> steps, int result) = Traced<T>.Run(formula);
        return new(Needed(steps, ref result), result);
    }

    /// <summary>The steps that the result is made of: a formula may do more than it uses.</summary>
    private static FormulaStep[] Needed(List<FormulaStep> steps, ref int result)
    {
        bool[] isNeeded = new bool[steps.Count];
        (isNeeded[0], isNeeded[result]) = (true, true);
        for (int n = result; n > 0; n--)
        {
            foreach (int operand in isNeeded[n] ? steps[n].Operands : [])
            {
                isNeeded[operand] = true;
            }
        }

        int[] places = new int[steps.Count];
        List<FormulaStep> needed = [];
        for (int n = 0; n <= result; n++)
        {
            places[n] = needed.Count;
            if (isNeeded[n])
            {
                needed.Add(steps[n] with { Operands = [.. steps[n].Operands.Select(operand => places[operand])] });
            }
        }

        result = places[result];
        return [.. needed];
    }
}
