using System.Numerics;
using Backprop.Activations;
using Backprop.Kernels;

namespace Backprop.Tests;

/// <summary>A formula's operations, done one after the other on plain numbers, give the bits of the formula run on the engine's own element.</summary>
public sealed class FormulaTests
{
    private static readonly double[] s_points = [0, -0.0, 0.3, -0.7, 1, -1.5, 2.9, -3.1, 12, -14.5, 90, -104, 700, -720, 1e-12, -1e-12, 3e38, -3e38, double.PositiveInfinity, double.NegativeInfinity, double.NaN];

    [Fact]
    public void ActivationsAreTheirOperations()
    {
        string[] names = [.. ActivationFunction.Names.Where(name => ActivationFunction.Create(name).IsElementwise && ActivationFunction.Create(name).Formula<double>() is not null)];
        Assert.True(names.Length >= 18, string.Join(", ", names));
        foreach (ActivationFunction activation in names.Select(name => ActivationFunction.Create(name)))
        {
            double[] expected = new double[s_points.Length];
            activation.Value(s_points, expected);
            Formula formula = activation.Formula<double>()!;
            for (int n = 0; n < expected.Length; n++)
            {
                Equal(expected[n], Run(formula, s_points[n]), activation.Name);
            }
        }
    }

    [Fact]
    public void FunctionsAreTheirOperationsInBothPrecisions()
    {
        foreach (double point in s_points)
        {
            foreach (FormulaOperation function in Enum.GetValues<FormulaOperation>().Where(operation => operation >= FormulaOperation.Exp))
            {
                Equal(Own(function, new Lane<double>(point)).Value, Run(Formula.Of<double>(function), point), $"{function}");
                Equal(Own(function, new Lane<float>((float)point)).Value, Run(Formula.Of<float>(function), (float)point), $"{function} in float");
            }
        }
    }

    [Fact]
    public void WhatIsDoneTwiceOrForNothingIsNotThere()
    {
        Formula formula = Formula.Trace<float>(a =>
        {
            _ = a / a;
            return ((a + a) * (a + a)) + a;
        });
        Assert.Equal([FormulaOperation.Argument, FormulaOperation.Add, FormulaOperation.Multiply, FormulaOperation.Add], formula.Steps.Select(step => step.Operation));
        Assert.Equal(3, formula.Result);
        Assert.Equal(0, Formula.Trace<double>(a => a).Result);
        Formula zeros = Formula.Trace<double>(a => a + Traced<double>.Create(0) + Traced<double>.Create(-0.0));
        Assert.Equal(2, zeros.Steps.Count(step => step.Operation == FormulaOperation.Constant)); // 0 and −0 are two
    }

    [Fact]
    public void TheExampleOfSoftsign()
    {
        var said = new List<string>();
        Formula softsign = ActivationFunction.Parse("softsign").Formula<float>()!; // p / (1 + |p|)
        foreach (FormulaStep step in softsign.Steps)
        {
            said.Add($"{step.Operation} {string.Join(' ', step.Operands)}".TrimEnd()); // Argument, Constant, Abs 0, Add 1 2, Divide 0 3
        }

        Assert.Equal("Argument, Constant, Abs 0, Add 1 2, Divide 0 3", string.Join(", ", said));
    }

    [Fact]
    public void WhatIsNoFormulaHasNone()
    {
        Assert.Null(ActivationFunction.Create("softmax").Formula<float>());
        Assert.Null(ActivationFunction.Custom("formula_test_cube", p => p * p * p, p => 3 * p * p).Formula<double>());
        Assert.Throws<ArgumentException>(() => Formula.Of<float>(FormulaOperation.Add));
    }

    private static T Run<T>(Formula formula, T argument) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var values = new Lane<T>[formula.Steps.Count];
        for (int n = 0; n < values.Length; n++)
        {
            FormulaStep step = formula.Steps[n];
            Lane<T> Of(int operand) => values[step.Operands[operand]];
            values[n] = step.Operation switch
            {
                FormulaOperation.Argument => new(argument),
                FormulaOperation.Constant => Lane<T>.Create(step.Constant),
                FormulaOperation.Add => new(Of(0).Value + Of(1).Value),
                FormulaOperation.Subtract => new(Of(0).Value - Of(1).Value),
                FormulaOperation.Multiply => new(Of(0).Value * Of(1).Value),
                FormulaOperation.Divide => new(Of(0).Value / Of(1).Value),
                FormulaOperation.Negate => new(-Of(0).Value),
                FormulaOperation.FusedMultiplyAdd => new(T.FusedMultiplyAdd(Of(0).Value, Of(1).Value, Of(2).Value)),
                FormulaOperation.IfLess => Of(0).Value < Of(1).Value ? Of(2) : Of(3),
                FormulaOperation.Sqrt => new(T.Sqrt(Of(0).Value)),
                FormulaOperation.Abs => new(T.Abs(Of(0).Value)),
                FormulaOperation.CopySign => new(T.CopySign(Of(0).Value, Of(1).Value)),
                FormulaOperation.PowerOfTwo => Lane<T>.PowerOfTwo(Of(0)),
                FormulaOperation.Exponent => Lane<T>.Exponent(Of(0)),
                FormulaOperation.Mantissa => Lane<T>.Mantissa(Of(0)),
                FormulaOperation.NegateIfOdd => Lane<T>.NegateIfOdd(Of(0), Of(1)),
                var function => Own(function, Of(0)),
            };
        }

        return values[formula.Result].Value;
    }

    private static Lane<T> Own<T>(FormulaOperation function, Lane<T> a) where T : unmanaged, IBinaryFloatingPointIeee754<T> => function switch
    {
        FormulaOperation.Exp => Lane<T>.Exp(a),
        FormulaOperation.ExpM1 => Lane<T>.ExpM1(a),
        FormulaOperation.Log => Lane<T>.Log(a),
        FormulaOperation.LogP1 => Lane<T>.LogP1(a),
        FormulaOperation.Tanh => Lane<T>.Tanh(a),
        FormulaOperation.Sigmoid => Lane<T>.Sigmoid(a),
        FormulaOperation.Softplus => Lane<T>.Softplus(a),
        FormulaOperation.Erf => Lane<T>.Erf(a),
        FormulaOperation.NormalCdf => Lane<T>.NormalCdf(a),
        FormulaOperation.Sin => Lane<T>.Sin(a),
        _ => Lane<T>.Cos(a),
    };

    private static void Equal<T>(T expected, T found, string what) where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Assert.True((T.IsNaN(expected) && T.IsNaN(found)) || (expected == found && T.IsNegative(expected) == T.IsNegative(found)), $"{what}: {found} found, {expected} expected");
}
