using System.Numerics;
using Backprop.Kernels;
using Backprop.Optimizers;

namespace Backprop.Tests;

/// <summary>Finite gradients of any size and order leave every optimizer's parameters and moments finite; where squares overflow, the step says so.</summary>
public unsafe class OptimizerEdgeTests
{
    public static TheoryData<string> Optimizers => [.. Optimizer.Names];

    [Theory]
    [MemberData(nameof(Optimizers))]
    public void FiniteGradientsLeaveFiniteNumbers(string name)
    {
        foreach (OptimizerOptions options in Options(name))
        {
            Check<float>(Optimizer.Create(name, options), 1e-30, 1e15, 1e30);
            Check<double>(Optimizer.Create(name, options), 1e-300, 1e140, 1e200);
        }

        void Check<T>(Optimizer optimizer, double tiny, double large, double beyond) where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            (string What, Func<long, double> At, int Steps)[] gradients =
            [
                ("0", _ => 0, 100),
                ("1", _ => 1, 100_000),
                ("tiny", _ => tiny, 3_000),
                ("large", _ => large, 3_000),
                ("1 and −1", step => 1 - (2 * (step % 2)), 3_000),
                ("large and −large", step => large * (1 - (2 * (step % 2))), 3_000),
                ("1, then 0", step => step == 1 ? 1 : 0, 3_000),
                ("1 and 0", step => step % 2, 3_000),
                ("1 and tiny", step => step % 2 == 0 ? 1 : tiny, 3_000),
                ("tiny, then large", step => step < 10 ? tiny : large, 1_000),
                ("large, then tiny", step => step < 10 ? large : tiny, 1_000),
                ("growing", step => large * Math.Pow(0.5, Math.Max(0, 200 - step)), 400),
                ("1e6 that wobbles", step => 1e6 * (1 + (1e-7 * (step % 3))), 3_000),
            ];
            foreach ((string what, Func<long, double> at, int steps) in gradients)
            {
                (double parameter, double[] moments, bool said) = Run<T>(optimizer, at, steps);
                string where = $"{optimizer.Name} {Text(optimizer)} in {typeof(T).Name}, gradients {what}: {parameter}, moments {string.Join(", ", moments)}";
                Assert.True(double.IsFinite(parameter) && moments.All(double.IsFinite) && !said, where);
            }

            (double end, double[] last, bool toldOf) = Run<T>(optimizer, _ => beyond, 100);
            Assert.True(toldOf || (double.IsFinite(end) && last.All(double.IsFinite) && end < 0), $"{optimizer.Name} in {typeof(T).Name}, gradients of {beyond}: {end}, moments {string.Join(", ", last)}, and nothing is said");
            Assert.True(Run<T>(optimizer, step => step == 3 ? double.NaN : 1, 3).Said, $"{optimizer.Name}: a gradient of NaN");
        }
    }

    [Theory]
    [MemberData(nameof(Optimizers))]
    public void AMillionStepsOfOneStayFinite(string name)
    {
        foreach (OptimizerOptions options in Options(name).Take(2))
        {
            (double parameter, double[] moments, bool said) = Run<float>(Optimizer.Create(name, options), _ => 1, 1_000_000);
            Assert.True(double.IsFinite(parameter) && parameter <= 0 && moments.All(double.IsFinite) && !said, $"{name}: {parameter}");
        }
    }

    /// <summary>Gradients that stay the same: v − a² is 0 but for rounding, on either side of it.</summary>
    [Theory]
    [InlineData(0.9)]
    [InlineData(0.99)]
    [InlineData(0.0)]
    public void AVarianceIsNeverNegative(double rho)
    {
        for (int n = 0; n < 60; n++)
        {
            double gradient = 0.1 + (0.037 * n);
            (double parameter, _, bool said) = Run<float>(new RmsProp(new() { Rho = rho, Centered = true }), _ => gradient, 3_000);
            Assert.True(double.IsFinite(parameter) && !said, $"{gradient}: {parameter}");
        }
    }

    /// <summary>β = 0: nothing of the step before is left, however much greater it was.</summary>
    [Theory]
    [InlineData("adam")]
    [InlineData("adamw")]
    public void WithoutMemoryOnlyTheLastGradientCounts(string name)
    {
        Optimizer optimizer = Optimizer.Create(name, new() { Beta1 = 0, Beta2 = 0, WeightDecay = 0, LearningRate = 1 });
        (_, double[] moments, _) = Run<float>(optimizer, step => step == 1 ? 1 : 1e-6, 2);
        Assert.Equal(1e-6f, (float)moments[0]);
        Assert.Equal(1e-6f * 1e-6f, (float)moments[1]);
        optimizer = Optimizer.Create(name, new() { Beta1 = 1e-3, Beta2 = 1e-3, WeightDecay = 0, LearningRate = 1 });
        (_, moments, _) = Run<float>(optimizer, step => step == 1 ? 1 : 1e-6, 2);
        Assert.Equal((0.999e-3 + 0.999e-6, 0.999e-3 + 0.999e-12), (moments[0], moments[1]), (a, b) => Math.Abs(a.Item1 - b.Item1) < 1e-9 && Math.Abs(a.Item2 - b.Item2) < 1e-9);
    }

    /// <summary>The product of two tiny gradients underflows; their signs are the same all the same.</summary>
    [Fact]
    public void RpropGoesByTheSignsOfTinyGradients()
    {
        double[] steps = [1, 1, -1, 1e-30, 1e-30, -1e-30, -1e-30];
        Assert.Equal(
            Run<float>(new Rprop(), step => Math.Sign(steps[step - 1]), steps.Length).Parameter,
            Run<float>(new Rprop(), step => steps[step - 1] * 1e-10, steps.Length).Parameter);
    }

    /// <summary>Every option that an optimizer has, at its default and at the end of its range.</summary>
    private static IEnumerable<OptimizerOptions> Options(string name)
    {
        yield return new();
        foreach (OptimizerOptions options in name switch
        {
            "sgd" => [new() { Momentum = 0.9 }, new() { Momentum = 0.9, Nesterov = true }, new() { Momentum = 0.9, Dampening = 1 }],
            "adam" or "adamw" => [new() { Epsilon = 0 }, new() { Beta1 = 0 }, new() { Beta2 = 0 }, new() { Beta1 = 0, Beta2 = 0, Epsilon = 0 }, new() { Beta2 = 0, Epsilon = 0 }, new() { Beta2 = 0.5, Epsilon = 0 }, new() { Amsgrad = true }, new() { Amsgrad = true, Beta2 = 0, Epsilon = 0 }, new() { Epsilon = 1e-60 }, new() { Beta2 = 1 - 1e-15 }],
            "nadam" or "radam" => [new() { Epsilon = 0 }, new() { Beta1 = 0 }, new() { Beta2 = 0 }, new() { Beta1 = 0, Beta2 = 0, Epsilon = 0 }, new() { Beta2 = 0, Epsilon = 0 }, new() { Beta2 = 0.7, Epsilon = 0 }, new() { Epsilon = 1e-60 }, new() { Beta2 = 1 - 1e-15 }],
            "rmsprop" => [new() { Epsilon = 0 }, new() { Rho = 0 }, new() { Centered = true }, new() { Centered = true, Epsilon = 0 }, new() { Centered = true, Rho = 0 }, new() { Centered = true, Rho = 0.9, Momentum = 0.9 }, new() { Momentum = 0.9, Epsilon = 0 }],
            "adagrad" => [new() { Epsilon = 0 }],
            "adadelta" => [new() { Epsilon = 0 }, new() { Rho = 0 }, new() { Rho = 0, Epsilon = 0 }],
            "lion" => [new() { Beta1 = 0 }, new() { Beta2 = 0 }],
            _ => (OptimizerOptions[])[],
        })
        {
            yield return options;
        }
    }

    private static string Text(Optimizer optimizer) =>
        string.Join(", ", optimizer.GetType().GetProperties().Where(property => property.Name is not ("Name" or "StateNames" or "LearningRate")).Select(property => $"{property.Name} {property.GetValue(optimizer)}"));

    /// <summary>One parameter that starts at 0; stops where a step says that it is not finite.</summary>
    private static (double Parameter, double[] Moments, bool Said) Run<T>(Optimizer optimizer, Func<long, double> gradient, int steps) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        OptimizerKernel<Lane<T>> kernel = optimizer.Bind<Lane<T>>();
        Lane<T> parameter = Lane<T>.Create(0);
        Lane<T>* moments = stackalloc Lane<T>[3];
        int count = optimizer.StateNames.Count;
        for (int m = 0; m < count; m++)
        {
            moments[m] = Lane<T>.Create(optimizer.InitialState(m));
        }

        bool said = false;
        for (long step = 1; step <= steps && !said; step++)
        {
            Lane<T> g = Lane<T>.Create(gradient(step));
            kernel.Begin(step, optimizer.LearningRate);
            said = kernel.Run(&parameter, &g, moments, moments + 1, moments + 2, 1).Value != T.Zero;
        }

        return (double.CreateTruncating(parameter.Value), [.. Enumerable.Range(0, count).Select(m => double.CreateTruncating(moments[m].Value))], said);
    }
}
