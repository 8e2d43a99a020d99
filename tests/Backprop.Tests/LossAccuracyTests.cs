using System.Globalization;
using System.Numerics;
using System.Text.Json;
using Backprop.Activations;
using Backprop.Kernels;
using Backprop.Losses;
using Backprop.Tests.Oracles;

namespace Backprop.Tests;

/// <summary>
/// Every loss and its δ, at numbers of all sizes, nearly right rows and sure ones: double against 100 digits (tests/Fixtures/make_losses.py), float
/// against double. The error is counted in units of the last place of the result's scale, see <see cref="Scales"/>; each
/// output that is summed beyond the first may add half a unit.
/// </summary>
public class LossAccuracyTests
{
    /// <summary>Points of each loss in float: BACKPROP_POINTS, as tests/long/losses.sh has it, or few.</summary>
    private static readonly int s_points = int.Parse(Environment.GetEnvironmentVariable("BACKPROP_POINTS") ?? "20000", CultureInfo.InvariantCulture);

    public static TheoryData<string, string> Losses => new()
    {
        { "squared_error", "identity" },
        { "mean_squared_error", "identity" },
        { "absolute_error", "identity" },
        { "huber:1", "identity" },
        { "log_cosh", "identity" },
        { "quantile:0.9", "identity" },
        { "poisson", "identity" },
        { "binary_cross_entropy", "sigmoid" },
        { "binary_cross_entropy", "identity" },
        { "cross_entropy", "softmax" },
        { "cross_entropy:0.1", "softmax" },
        { "cross_entropy", "log_softmax" },
        { "cross_entropy", "identity" },
        { "hinge", "identity" },
        { "gaussian_nll", "identity" },
    };

    [Fact]
    public void EveryLossIsHere() =>
        Assert.Equal(BuiltIn.Losses.Order(), Losses.Select(row => Loss.Parse(row.Data.Item1).Name).Distinct().Order());

    [Theory]
    [MemberData(nameof(Losses))]
    public void DoublesAreWithinFourUnits(string loss, string output)
    {
        using JsonDocument file = Golden.Open("golden-losses.json.gz");
        var worst = new Worst(loss, output, 52, -1074);
        int count = 0;
        foreach (JsonElement point in file.RootElement.EnumerateArray().Where(point => point.GetProperty("loss").GetString() == loss && point.GetProperty("output").GetString() == output))
        {
            double[] p = Golden.Numbers(point.GetProperty("p")), t = Golden.Numbers(point.GetProperty("t"));
            (double value, double[] delta) = Run<double>(loss, output, p, t);
            worst.Add(p, t, value, delta, point.GetProperty("value").GetDouble(), Golden.Numbers(point.GetProperty("delta")));
            count++;
        }

        Assert.True(count > 100, $"{count} points");
        worst.Check();
    }

    [Theory]
    [MemberData(nameof(Losses))]
    public void FloatsAreWithinFourUnits(string loss, string output)
    {
        var worst = new Worst(loss, output, 23, -149);
        var draw = new Draw(17);
        for (int n = 0; n < s_points; n++)
        {
            (double[] p, double[] t) = draw.Point(Loss.Parse(loss).Name, output);
            (double value, double[] delta) = Run<double>(loss, output, p, t);
            (double found, double[] deltas) = Run<float>(loss, output, p, t);
            worst.Add(p, t, found, deltas, value, delta);
        }

        worst.Check();
    }

    /// <summary>What only a careless form makes of it: 0, infinity or NaN.</summary>
    [Theory]
    [InlineData("log_cosh", "identity", new[] { 1e-3 }, new[] { 0.0 }, 4.9999991666668889e-7, 9.9999966666679999e-4)]
    [InlineData("binary_cross_entropy", "sigmoid", new[] { 50.0 }, new[] { 1.0 }, 1.9287498479639178e-22, -1.9287498479639178e-22)]
    [InlineData("binary_cross_entropy", "sigmoid", new[] { -50.0 }, new[] { 0.0 }, 1.9287498479639178e-22, 1.9287498479639178e-22)]
    [InlineData("binary_cross_entropy", "sigmoid", new[] { -1e4 }, new[] { 0.0 }, 0.0, 0.0)]
    [InlineData("binary_cross_entropy", "identity", new[] { 1e-20 }, new[] { 0.0 }, 1e-20, 1.0)]
    [InlineData("binary_cross_entropy", "identity", new[] { 0.0 }, new[] { 0.0 }, 0.0, 1.0)]
    [InlineData("binary_cross_entropy", "identity", new[] { 1.0 }, new[] { 1.0 }, 0.0, -1.0)]
    [InlineData("cross_entropy", "softmax", new[] { 50.0, 0.0 }, new[] { 1.0, 0.0 }, 1.9287498479639178e-22, -1.9287498479639178e-22)]
    [InlineData("cross_entropy", "log_softmax", new[] { 50.0, 0.0 }, new[] { 1.0, 0.0 }, 1.9287498479639178e-22, double.NaN)]
    [InlineData("hinge", "identity", new[] { 1e9, 1e9 }, new[] { 1.0, 0.0 }, 1.0, -1.0)]
    [InlineData("gaussian_nll", "identity", new[] { 2.0, -1e4 }, new[] { 2.0 }, -5e3, 0.0)]
    [InlineData("gaussian_nll", "identity", new[] { 1e20, 100.0 }, new[] { 0.0 }, 50.000186003798802, 3.7200759760208361e-24)]
    [InlineData("gaussian_nll", "identity", new[] { 1e-30, -100.0 }, new[] { 0.0 }, -50.0, 2.6881171418161354e13)]
    public void NothingIsLost(string loss, string output, double[] p, double[] t, double value, double slope)
    {
        Near(Run<double>(loss, output, p, t), 1e-12);
        Near(Run<float>(loss, output, p, t), 1e-6);

        void Near((double Value, double[] Delta) found, double tolerance)
        {
            Assert.Equal(value, found.Value, tolerance * Math.Abs(value));
            if (!double.IsNaN(slope))
            {
                Assert.Equal(slope, found.Delta[0], tolerance * Math.Abs(slope));
            }
        }
    }

    private static unsafe (double Value, double[] Delta) Run<T>(string loss, string output, double[] p, double[] t) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        OutputKernel<Lane<T>> kernel = Kernels<T>.Get(loss, output);
        Lane<T>* ps = stackalloc Lane<T>[p.Length], ys = stackalloc Lane<T>[p.Length], ts = stackalloc Lane<T>[t.Length], deltas = stackalloc Lane<T>[p.Length];
        for (int n = 0; n < p.Length; n++)
        {
            ps[n] = Lane<T>.Create(p[n]);
        }

        for (int n = 0; n < t.Length; n++)
        {
            ts[n] = Lane<T>.Create(t[n]);
        }

        kernel.Forward(ps, ys, p.Length);
        ReadOnlySpan<Lane<T>> pp = new(ps, p.Length), yy = new(ys, p.Length), tt = new(ts, t.Length);
        double value = double.CreateTruncating(kernel.Value(pp, yy, tt).Value);
        kernel.Delta(pp, yy, tt, new(deltas, p.Length));
        double[] delta = new double[p.Length];
        for (int n = 0; n < p.Length; n++)
        {
            delta[n] = double.CreateTruncating(deltas[n].Value);
        }

        return (value, delta);
    }

    private static class Kernels<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private static readonly System.Collections.Concurrent.ConcurrentDictionary<(string, string), OutputKernel<Lane<T>>> s_kernels = new();

        public static OutputKernel<Lane<T>> Get(string loss, string output) =>
            s_kernels.GetOrAdd((loss, output), key => Loss.Parse(key.Item1).Bind<Lane<T>>(ActivationFunction.Parse(key.Item2)));
    }

    /// <summary>
    /// What an error is measured by: the result itself, or, where terms of either sign are added as the definition has them, the sum of
    /// their sizes. NaN: no error counts, at a kink.
    /// </summary>
    private static (double Value, double[] Delta) Scales(string loss, string output, double[] p, double[] t, double value, double[] delta)
    {
        int m = p.Length;
        double[] sizes = [.. delta.Select(Math.Abs)];
        switch ((Loss.Parse(loss).Name, output))
        {
            case ("poisson", _):
                return (Enumerable.Range(0, m).Sum(i => Math.Exp(p[i]) + Math.Abs(t[i] * p[i])) / m, [.. p.Zip(t, (y, r) => (Math.Exp(y) + r) / m)]);
            case ("binary_cross_entropy", "sigmoid"): // δ = (1 − t) y − t (1 − y)
                return (value, [.. p.Zip(t, (v, r) => (((1 - r) / (1 + Math.Exp(-v))) + (r / (1 + Math.Exp(v)))) / m)]);
            case ("cross_entropy", "softmax" or "log_softmax"):
                // p − max is rounded, as p itself was: half of its last place is a part |p − max| of the last place of e^(p − max)
                double top = p.Max(), sum = p.Sum(v => Math.Exp(v - top)), smoothing = Loss.Parse(loss).Parameter!.Value;
                double[] share = [.. p.Select(v => Math.Exp(v - top) / sum)], rounded = [.. p.Zip(share, (v, y) => y * (top - v))];
                double all = rounded.Sum();
                bool exact = t.Max() == 1 && smoothing == 0 && output == "softmax"; // else δ = y Σt − t
                return (value + all, [.. Enumerable.Range(0, m).Select(c => (exact ? sizes[c] : share[c] + ((1 - smoothing) * t[c]) + (smoothing / m)) + (p[c] == top ? all : rounded[c]))]);
            case ("hinge", _):
                double right = p[Array.IndexOf(t, 1)];
                bool kink = p.Any(v => v != right && Math.Abs(1 + (v - right)) <= 1e-6 * (1 + Math.Abs(v - right)));
                return (p.Sum(v => 1 + v - right > -1e-6 ? 1 + Math.Abs(v - right) : 0), kink ? [.. sizes.Select(_ => double.NaN)] : sizes);
            case ("gaussian_nll", _):
                int n = t.Length;
                double[] square = [.. Enumerable.Range(0, n).Select(i => p[i] == t[i] ? 0 : (Math.Abs(p[n + i]) > 80 ? 1.5 : 1) * Math.Pow((p[i] - t[i]) * Math.Exp(-p[n + i] / 2), 2))]; // far out e^(−s/2) is squared
                return (Enumerable.Range(0, n).Sum(i => Math.Abs(p[n + i]) + square[i]) / 2 / n, [.. sizes[..n], .. square.Select(v => (1 + v) / 2 / n)]);
            default:
                return (value, sizes);
        }
    }

    /// <summary>The worst errors of a loss.</summary>
    /// <param name="loss">Its name.</param>
    /// <param name="output">The activation before it.</param>
    /// <param name="digits">The bits of the mantissa.</param>
    /// <param name="least">The exponent of the smallest number.</param>
    private sealed class Worst(string loss, string output, int digits, int least)
    {
        /// <summary>log cosh r is about r²/2: twice the error of the rounded r, and that of expm1, a quotient and log1p.</summary>
        private readonly double _allowed = loss == "log_cosh" ? 5 : 4;

        private double _value, _delta;
        private string _valueAt = "", _deltaAt = "";

        public void Add(double[] p, double[] t, double value, double[] delta, double exact, double[] exactDelta)
        {
            (double scale, double[] scales) = Scales(loss, output, p, t, exact, exactDelta);
            double sums = 0.5 * (p.Length - 1), error = Units(value, exact, scale) - sums;
            if (!(error <= _value))
            {
                (_value, _valueAt) = (error, Text(p, t, value, exact));
            }

            for (int n = 0; n < delta.Length; n++)
            {
                error = double.IsNaN(scales[n]) ? 0 : Units(delta[n], exactDelta[n], scales[n]) - sums;
                if (!(error <= _delta))
                {
                    (_delta, _deltaAt) = (error, $"[{n}] {Text(p, t, delta[n], exactDelta[n])}");
                }
            }
        }

        public void Check()
        {
            string text = string.Create(CultureInfo.InvariantCulture, $"{loss} after {output} in {(digits == 23 ? "float" : "double")}: loss {_value:F2} ulp, at {_valueAt}; δ {_delta:F2} ulp, at {_deltaAt}");
            TestContext.Current.TestOutputHelper?.WriteLine(text);
            Assert.True(_value <= _allowed && _delta <= _allowed, text);
        }

        private double Units(double found, double exact, double scale)
        {
            double greatest = digits == 23 ? float.MaxValue : double.MaxValue;
            if (double.IsInfinity(found) && Math.Sign(found) == Math.Sign(exact) && Math.Abs(exact) > greatest / 8)
            {
                return 0; // a sum of three squares that are halved afterwards
            }

            double unit = Math.ScaleB(1, Math.Max(least, scale == 0 ? least : Math.ILogB(scale) - digits));
            return Math.Abs(found - exact) / unit;
        }

        private static string Text(double[] p, double[] t, double found, double exact) =>
            string.Create(CultureInfo.InvariantCulture, $"({string.Join(", ", p)} | {string.Join(", ", t)}): {found:R} found, {exact:R} expected");
    }

    /// <summary>Points that floats can hold.</summary>
    private sealed class Draw(int seed)
    {
        private readonly Random _random = new(seed);

        public (double[] P, double[] T) Point(string loss, string output)
        {
            int m = 1 + _random.Next(3);
            (double[] p, double[] t) = (loss, output) switch
            {
                ("binary_cross_entropy", "sigmoid") => (Logits(m), Many(m, Part)),
                ("binary_cross_entropy", _) => Paired(Many(m, Chance), y => _random.Next(2) == 0 ? Part() : Math.Min(1, NearTo(y))),
                ("cross_entropy", "identity") => (Many(m + 1, Chance), Distribution(m + 1)),
                ("cross_entropy", _) => (Logits(m + 1), Distribution(m + 1)),
                ("hinge", _) => (Logits(m + 1), OneHot(m + 1)),
                ("poisson", _) => Paired(Many(m, LogRate), y => Pick(_random.Next(5), Math.Min(1e30, NearTo(Math.Exp(y))), Math.Abs(Size(-30, 4)))),
                ("gaussian_nll", _) => WithVariances(Pairs(m)),
                _ => Pairs(m),
            };
            return (Array.ConvertAll(p, v => (double)(float)v), Array.ConvertAll(t, v => (double)(float)v));
        }

        private double Uniform(double low, double high) => low + ((high - low) * _random.NextDouble());

        private double Sign() => (2 * _random.Next(2)) - 1;

        private double Size(double low, double high) => Sign() * Math.Pow(10, Uniform(low, high));

        private double NearTo(double x) => x * (1 + (Sign() * Math.Pow(2, -Uniform(1, 24))));

        private double Pick(params ReadOnlySpan<double> choices) => choices[_random.Next(choices.Length)];

        private double Part() => Pick(0, 1, 0, 1, _random.NextDouble(), Math.Pow(10, Uniform(-30, 0)), 1 - Math.Pow(2, -Uniform(1, 24)));

        private double Chance() => Pick(Uniform(1e-9, 1 - 1e-7), Math.Pow(10, Uniform(-30, -1)), 1 - Math.Pow(2, -Uniform(1, 24)));

        private double LogRate() => Pick(-Math.Abs(Size(-30, 4)), Size(-30, 0), Uniform(-8, 8), Uniform(0, 88));

        private double Moderate() => Uniform(-4, 4);

        private static double[] Many(int count, Func<double> draw) => [.. Enumerable.Range(0, count).Select(_ => draw())];

        private (double[] Y, double[] T) Paired(double[] y, Func<double, double> target) => (y, Array.ConvertAll(y, v => target((float)v)));

        private (double[] Y, double[] T) Pairs(int m) => Paired(Many(m, () => Pick(Size(-30, 4), Moderate())), y => Pick(NearTo(y), Size(-30, 4), Moderate()));

        /// <summary>Log variances of which float holds the deviation.</summary>
        private (double[] Y, double[] T) WithVariances((double[] Y, double[] T) pairs) =>
            ([.. pairs.Y, .. Many(pairs.T.Length, () => Math.Max(-177, Pick(Moderate(), Uniform(-170, 300), Size(-30, 4))))], pairs.T);

        private double[] Logits(int m)
        {
            double around = Pick(0, 0, Size(0, 4));
            return Many(m, () => Pick(around + Uniform(-40, 40), around + Moderate(), Size(-30, 4)));
        }

        private double[] OneHot(int m)
        {
            double[] t = new double[m];
            t[_random.Next(m)] = 1;
            return t;
        }

        private double[] Distribution(int m)
        {
            if (_random.Next(5) < 3)
            {
                return OneHot(m);
            }

            double[] w = Many(m, _random.NextDouble);
            return Array.ConvertAll(w, v => v / w.Sum());
        }
    }
}
