using System.Globalization;
using System.Numerics;
using Backprop.Data;
using Backprop.Networks;
using Backprop.Propagation;

namespace Backprop.Derivations;

/// <summary>
/// Puts the three ways of math.md side by side: the note's recursion, back propagation, and the numerical derivative. Differences are reported as
/// |a − b| / max(1, |a| + |b|), but judged by the derivatives' own size, whatever it is: two agree where
/// |a − b| ≤ tolerance · max(|a|, |b|) + 8 r. The floor r is what rounding alone does to this very derivative: how far it moves when every number on the
/// way to it moves by up to four roundings of the precision that back propagation runs in, as measured, and what 5-point differences are
/// uncertain by, where the numerical derivative is one of the two. Where the reported difference is more than the tolerance and rounding alone excuses
/// it, nothing is proven: the parameter is left out by name. A number that is not finite agrees with nothing.
/// </summary>
public static class GradientCheck
{
    /// <summary>The tolerance where every function is analytic, and where differences had to be taken; in double.</summary>
    public const double AnalyticTolerance = 1e-10, KinkedTolerance = 1e-8;

    /// <summary>The tolerance when back propagation ran in float.</summary>
    public const double SingleTolerance = 1e-4;

    /// <summary>Differences that are uncertain by more of a derivative would pass what is wrong, so it is left out.</summary>
    private const double LeastResolution = 1e-3;

    /// <summary>How many times the floor r is forgiven.</summary>
    private const double Floors = 8;

    /// <summary>|a − b| / max(1, |a| + |b|).</summary>
    public static double Difference(double a, double b) => a.Equals(b) ? 0 : Math.Abs(a - b) / Math.Max(1, Math.Abs(a) + Math.Abs(b));

    /// <summary>|a − b| over what it may be: at most 1 where the two agree, infinite where one is not finite.</summary>
    /// <param name="a">One.</param>
    /// <param name="b">The other.</param>
    /// <param name="tolerance">Of max(|a|, |b|).</param>
    /// <param name="floor">r.</param>
    internal static double Excess(double a, double b, double tolerance, double floor) =>
        !double.IsFinite(a) || !double.IsFinite(b) ? double.PositiveInfinity
        : a == b ? 0
        : Math.Abs(a - b) / ((tolerance * Math.Max(Math.Abs(a), Math.Abs(b))) + (Floors * floor));

    /// <summary>Why two that do not disagree prove nothing, where it is so: they are further apart than the tolerance, and rounding alone excuses it.</summary>
    internal static string? Drowned(double a, double b, double tolerance, double floor) =>
        Difference(a, b) > tolerance && Excess(a, b, tolerance, floor) <= 1
            ? string.Create(CultureInfo.InvariantCulture, $"rounding alone moves it by ±{Floors * floor:G2}, a derivative of {b:G2}")
            : null;

    /// <summary>Why differences say nothing, where they do not: they cannot tell what they should measure to a thousandth. Null for a derivative that is 0 but for rounding, which they confirm as far as the loss shows.</summary>
    internal static string? Unresolved(double a, double b, double noise, double uncertainty) =>
        Math.Max(Math.Abs(a), Math.Abs(b)) is var size && size > Floors * noise && Floors * uncertainty > LeastResolution * size
            ? string.Create(CultureInfo.InvariantCulture, $"the loss rounds too coarsely for differences: ±{Floors * uncertainty:G2} for a derivative of {b:G2}")
            : null;

    /// <summary>The tolerance.</summary>
    /// <param name="single">Whether back propagation ran in float.</param>
    /// <param name="analytic">Whether the numerical derivative, if it is one of the two, was taken by the complex step.</param>
    internal static double Tolerance(bool single, bool analytic = true) => single ? SingleTolerance : analytic ? AnalyticTolerance : KinkedTolerance;

    /// <summary>Checks the derivatives of the mean loss over all rows.</summary>
    /// <param name="network">The network; its precision is the one that back propagation runs in.</param>
    /// <param name="data">The rows; a few suffice, each costs a forward pass for every parameter.</param>
    /// <param name="sample">How many parameters, spread over every tensor; null: all.</param>
    /// <param name="batchStatistics">Whether the rows are one batch, of which batch norms take the statistics, as in training.</param>
    /// <exception cref="DataException">Data that do not fit the network.</exception>
    public static GradientCheckResult Run<T>(Network<T> network, Dataset<T> data, int? sample = 1000, bool batchStatistics = false) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(data);
        Func<ParameterName, double> gradient = Convert(network, Backpropagation.Gradient(network, data, batchStatistics: batchStatistics));
        bool single = typeof(T) == typeof(float);
        return batchStatistics
            ? RunOfBatch(network.Convert<double>(), ToDouble(data), gradient, single, sample)
            : Run(network.Convert<double>(), ToDouble(data), gradient, single, sample);
    }

    /// <param name="network">In double.</param>
    /// <param name="data">In double.</param>
    /// <param name="backpropagation">∂L by back propagation.</param>
    /// <param name="single">Whether that ran in float.</param>
    /// <param name="sample">How many parameters; null: all.</param>
    internal static GradientCheckResult Run(Network<double> network, Dataset<double> data, Func<ParameterName, double> backpropagation, bool single, int? sample)
    {
        List<ParameterName>[] chosen = Choose(network.Definition, sample);
        int count = chosen.Sum(list => list.Count);
        double[] recursion = new double[count], numerical = new double[count], uncertain = new double[count];
        var why = new string?[count];
        var order = RowPermutation.FileOrder(data.Rows);
        double weights = BatchScales.Sum(data, order, 0, data.Rows);
        var unrolled = new UnrolledDerivative.Recursion(network);
        var differences = new NumericalGradient(network);
        var noise = new RoundingNoise(network, single, [.. chosen.SelectMany(list => list)]);
        for (int row = 0; row < data.Rows; row++)
        {
            double scale = weights == 0 ? 0 : (data.SampleWeights?[row] ?? 1) / weights; // as back propagation has it
            unrolled.Forward(data, row);
            differences.Take(data, row);
            noise.Add(data, row, scale);
            int n = 0;
            foreach (ParameterName parameter in chosen.SelectMany(list => list))
            {
                recursion[n] += scale * unrolled.Derivative(parameter);
                if (why[n] is null)
                {
                    numerical[n] += scale * differences.Derivative(parameter, noise.OfLoss, out string? leftOut, out double uncertainty);
                    uncertain[n] += scale * uncertainty;
                    why[n] = leftOut is null ? null : $"row {row}: {leftOut}";
                }

                n++;
            }
        }

        return Compare(network, chosen, recursion, numerical, why, uncertain, n => noise[n], backpropagation, single, differences);
    }

    /// <summary>The same of rows that are one batch.</summary>
    private static GradientCheckResult RunOfBatch(Network<double> network, Dataset<double> data, Func<ParameterName, double> backpropagation, bool single, int? sample)
    {
        List<ParameterName>[] chosen = Choose(network.Definition, sample);
        ParameterName[] parameters = [.. chosen.SelectMany(list => list)];
        double[] recursion = new double[parameters.Length], numerical = new double[parameters.Length], uncertain = new double[parameters.Length];
        string?[] why = new string?[parameters.Length];
        var batch = new BatchDerivation(network, data);
        var differences = new NumericalGradient(network);
        for (int n = 0; n < parameters.Length; n++)
        {
            recursion[n] = batch.Derivative(parameters[n]);
            numerical[n] = batch.Numerical(parameters[n], differences.IsAnalytic(parameters[n].Layer), out why[n], out uncertain[n]);
        }

        return Compare(network, chosen, recursion, numerical, why, uncertain, n => batch.Noise(parameters[n], single), backpropagation, single, differences);
    }

    private static GradientCheckResult Compare(
        Network<double> network, List<ParameterName>[] chosen, double[] recursion, double[] numerical, string?[] why, double[] uncertain, Func<int, double> measure,
        Func<ParameterName, double> backpropagation, bool single, NumericalGradient differences)
    {
        ParameterName[] parameters = [.. chosen.SelectMany(list => list)];
        double[] noise = new double[parameters.Length];
        for (int k = 0; k < parameters.Length; k++)
        {
            double a = recursion[k], b = backpropagation(parameters[k]), tolerance = Tolerance(single, differences.IsAnalytic(parameters[k].Layer));
            noise[k] = IsPlain(a, b, numerical[k], why[k], uncertain[k], Tolerance(single), tolerance) ? 0 : measure(k);
            why[k] ??= Drowned(a, b, Tolerance(single), noise[k]) ?? Drowned(b, numerical[k], tolerance, noise[k] + uncertain[k]);
            why[k] ??= Unresolved(a, b, noise[k], uncertain[k]);
        }

        var tensors = new List<TensorCheck>();
        var leftOut = new List<(ParameterName, string)>();
        var excesses = new List<double>();
        int n = 0;
        foreach (List<ParameterName> tensor in chosen)
        {
            TensorDefinition definition = network.Find(tensor[0]).Block.Tensor;
            bool analytic = differences.IsAnalytic(definition.Layer);
            double ofRecursion = 0, ofNumerical = 0, relative = 0, worst = -1, mostExcess = 0;
            ParameterName? where = null;
            int skipped = 0, done = 0;
            foreach (ParameterName parameter in tensor)
            {
                double a = recursion[n], b = backpropagation(parameter), c = numerical[n];
                double first = Difference(a, b), second = why[n] is null ? Difference(b, c) : 0;
                double excess = Excess(a, b, Tolerance(single), noise[n]);
                excess = why[n] is null ? Math.Max(excess, Excess(b, c, Tolerance(single, analytic), noise[n] + uncertain[n])) : excess;
                if (why[n] is { } reason)
                {
                    leftOut.Add((parameter, reason));
                    skipped++;
                }
                else
                {
                    done++;
                    relative = Math.Max(relative, Relative(b, c));
                }

                relative = Math.Max(relative, Relative(a, b));
                ofRecursion = Worse(ofRecursion, first);
                ofNumerical = Worse(ofNumerical, second);
                if (excess > Math.Max(1, mostExcess) || (mostExcess <= 1 && !(Math.Max(first, second) <= worst)))
                {
                    (worst, where) = (Math.Max(first, second), parameter); // what disagrees comes first
                }

                mostExcess = Math.Max(mostExcess, excess);

                n++;
            }

            tensors.Add(new(
                definition.Symbol, string.Join('×', definition.Shape),
                done, ofRecursion, ofNumerical, relative, where, differences.Method(definition.Layer), skipped));
            excesses.Add(mostExcess);
        }

        bool agrees = excesses.Max() <= 1;
        TensorCheck worstTensor = agrees ? tensors.MaxBy(tensor => Worse(tensor.WorstOfRecursion, tensor.WorstOfNumerical))! : tensors[excesses.IndexOf(excesses.Max())];
        return new(
            network.Definition.ParameterCount, tensors.Sum(tensor => (long)tensor.Checked),
            tensors.Aggregate(0.0, (worst, tensor) => Worse(worst, tensor.WorstOfRecursion)),
            tensors.Aggregate(0.0, (worst, tensor) => Worse(worst, tensor.WorstOfNumerical)),
            worstTensor.WorstParameter, leftOut, tensors, agrees);
    }

    /// <summary>Whether the three agree, whatever rounding does: then it need not be measured.</summary>
    private static bool IsPlain(double a, double b, double c, string? why, double uncertainty, double tolerance, double ofNumerical) =>
        Excess(a, b, tolerance, 0) <= 1 && (why is not null || (Excess(b, c, ofNumerical, 0) <= 1 && Floors * uncertainty <= LeastResolution * Math.Max(Math.Abs(a), Math.Abs(b))));

    /// <summary>The greater; a NaN is worse than anything.</summary>
    internal static double Worse(double a, double b) => double.IsNaN(a) || double.IsNaN(b) ? double.NaN : Math.Max(a, b);

    /// <summary>|a − b| over the greater of the two.</summary>
    internal static double Relative(double a, double b) => a.Equals(b) ? 0 : Math.Abs(a - b) / Math.Max(Math.Abs(a), Math.Abs(b));

    /// <summary>Parameters evenly spread over each tensor; every tensor has some.</summary>
    private static List<ParameterName>[] Choose(NetworkDefinition network, int? sample)
    {
        TensorDefinition[] tensors = [.. network.Tensors.Where(tensor => tensor.IsTrained)];
        long[] shares = new long[tensors.Length];
        long left = sample ?? long.MaxValue;
        int open = tensors.Length;
        foreach (int t in Enumerable.Range(0, tensors.Length).OrderBy(t => tensors[t].Length))
        {
            shares[t] = Math.Min(tensors[t].Length, Math.Max(1, left / open));
            left -= shares[t];
            open--;
        }

        return [.. tensors.Select((tensor, t) => Enumerable.Range(0, (int)shares[t]).Select(k => ParameterName.Of(tensor, (int)(k * (long)tensor.Length / shares[t]))).ToList())];
    }

    internal static Func<ParameterName, double> Convert<T>(Network<T> network, Gradient<T> gradient) where T : unmanaged, IBinaryFloatingPointIeee754<T> => parameter =>
    {
        (ParameterBlock<T> block, int index) = network.Find(parameter);
        return double.CreateTruncating(gradient.Buffer.Span[(int)block.IndexOf(index)]);
    };

    internal static Dataset<double> ToDouble<T>(Dataset<T> data) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        double[] features = Array.ConvertAll(data.Features.ToArray(), double.CreateTruncating);
        Targets<double> targets = data.Targets.IsEmpty ? Targets<double>.None : data.Targets.AreClasses
            ? Targets<double>.Classes(data.Targets.ClassIndices.ToArray(), data.Targets.Count)
            : Targets<double>.Values(Array.ConvertAll(data.Targets.AllValues.ToArray(), double.CreateTruncating), data.Targets.Count);
        return new(data.Rows, data.FeatureCount, features, targets, data.SampleWeights is null ? null : Array.ConvertAll(data.SampleWeights, double.CreateTruncating));
    }
}
