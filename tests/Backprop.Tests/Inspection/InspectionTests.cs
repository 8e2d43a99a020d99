using System.Text.Json;
using Backprop.Data;
using Backprop.Derivations;
using Backprop.Inspection;
using Backprop.Networks;
using Backprop.Propagation;
using Backprop.Tests.Oracles;

namespace Backprop.Tests.Inspection;

/// <summary>Curves beside scikit-learn's, histograms beside NumPy's, and what a layer's numbers are beside differences of the loss.</summary>
public class InspectionTests
{
    private static bool[] Flags(JsonElement element) => [.. element.EnumerateArray().Select(one => one.GetBoolean())];

    private static double[] Numbers(JsonElement element) => element.ValueKind == JsonValueKind.Null ? [] : Golden.Numbers(element);

    private static void AreClose(IEnumerable<double> expected, IEnumerable<double> actual)
    {
        Assert.Equal(expected.Count(), actual.Count());
        Assert.All(expected.Zip(actual), pair => Assert.True(GradientCheck.Difference(pair.First, pair.Second) < 1e-12, $"{pair.First} expected, {pair.Second} found"));
    }

    [Fact]
    public void CurvesAreScikitLearns()
    {
        using JsonDocument golden = Golden.Open("inspection.json.gz");
        int calibrations = 0;
        foreach (JsonElement one in golden.RootElement.GetProperty("curves").EnumerateArray())
        {
            bool[] y = Flags(one.GetProperty("y"));
            (double[] p, double[] w) = (Numbers(one.GetProperty("p")), Numbers(one.GetProperty("w")));
            var curve = RankingCurve.Of(y, p, w);
            AreClose(Numbers(one.GetProperty("thresholds")), curve.Thresholds);
            AreClose(Numbers(one.GetProperty("fpr")), curve.Roc.Select(point => point.FalsePositiveRate));
            AreClose(Numbers(one.GetProperty("tpr")), curve.Roc.Select(point => point.TruePositiveRate));
            AreClose(Numbers(one.GetProperty("recall")), curve.PrecisionRecall.Select(point => point.Recall));
            AreClose(Numbers(one.GetProperty("precision")), curve.PrecisionRecall.Select(point => point.Precision));
            AreClose([one.GetProperty("area").GetDouble(), one.GetProperty("average_precision").GetDouble()], [curve.RocArea, curve.AveragePrecision]);
            if (one.TryGetProperty("observed", out JsonElement observed))
            {
                IReadOnlyList<CalibrationBin> bins = CalibrationCurve.Of(y, p, 10);
                AreClose(Numbers(observed), bins.Select(bin => bin.Observed));
                AreClose(Numbers(one.GetProperty("predicted")), bins.Select(bin => bin.Predicted));
                Assert.Equal(y.Length, bins.Sum(bin => bin.Rows));
                calibrations++;
            }
        }

        Assert.True(calibrations > 20);
    }

    /// <summary>A row of weight k is k rows, and one of weight 0 none.</summary>
    [Fact]
    public void WeightsAreRows()
    {
        bool[] y = [true, false, true, true, false, true];
        double[] p = [0.9, 0.8, 0.8, 0.35, 0.31, 0.999], w = [1, 3, 2, 1, 2, 0];
        int[] rows = [.. Enumerable.Range(0, 6).SelectMany(row => Enumerable.Repeat(row, (int)w[row]))];
        bool[] manyY = [.. rows.Select(row => y[row])];
        double[] manyP = [.. rows.Select(row => p[row])];
        Assert.Equal(RankingCurve.Of(manyY, manyP).Roc, RankingCurve.Of(y, p, w).Roc);
        AreClose(CalibrationCurve.Of(manyY, manyP, 5).SelectMany(bin => new[] { bin.Predicted, bin.Observed }), CalibrationCurve.Of(y, p, 5, w).SelectMany(bin => new[] { bin.Predicted, bin.Observed }));
    }

    [Fact]
    public void OneKindOfRowHasNoRoc()
    {
        Assert.Equal(double.NaN, RankingCurve.Of([true, true], [0.1, 0.2]).RocArea);
        Assert.Equal(double.NaN, RankingCurve.Of([false], [0.1]).AveragePrecision);
        Assert.Contains("finite", Assert.Throws<ArgumentException>(() => RankingCurve.Of([true], [double.NaN])).Message);
        Assert.Contains("1.5", Assert.Throws<ArgumentException>(() => CalibrationCurve.Of([true], [1.5], 10)).Message);
        Assert.Throws<ArgumentException>(() => CalibrationCurve.Of([true], [0.5, 0.5], 10));
    }

    [Fact]
    public void HistogramsAreNumPys()
    {
        using JsonDocument golden = Golden.Open("inspection.json.gz");
        foreach (JsonElement one in golden.RootElement.GetProperty("histograms").EnumerateArray())
        {
            var histogram = Histogram.Of<double>(Numbers(one.GetProperty("x")), one.GetProperty("pieces").GetInt32());
            Assert.Equal(Numbers(one.GetProperty("counts")), histogram.Counts.Select(count => (double)count));
            AreClose(Numbers(one.GetProperty("edges")), histogram.Edges);
            AreClose([one.GetProperty("sum").GetDouble(), one.GetProperty("squares").GetDouble()], [histogram.Sum, histogram.SumOfSquares]);
        }
    }

    [Fact]
    public void NumbersThatAreNoneAreCountedApart()
    {
        var histogram = Histogram.Of<float>([1, float.NaN, 3, float.PositiveInfinity, 3], 2);
        Assert.Equal((3, 2), (histogram.Count, histogram.NotFinite));
        Assert.Equal([1L, 2], histogram.Counts);
        Assert.Equal([5.0, 5], Histogram.Of<double>([5, 5, 5], 4).Edges);
        Assert.Empty(Histogram.Of<double>([double.NaN], 4).Edges);
        var huge = Histogram.Of<double>([-double.MaxValue, double.MaxValue], 2);
        Assert.Equal([1L, 1], huge.Counts);
    }

    /// <summary>δ of each row and ∂W of their mean, by central differences of the loss; and nothing of the network has changed.</summary>
    [Theory]
    [InlineData("3-4:tanh-2:softmax")]
    [InlineData("3-5:sigmoid,layer_norm-3:silu-2:softmax")]
    public void LayersAreSeenAsTheyAre(string spec)
    {
        var network = new Network<double>(NetworkDefinition.Parse(spec), Initializer.Parse("pytorch"), 3);
        double[] features = [.. Enumerable.Range(0, 15).Select(n => Math.Sin(7 * n))];
        var data = new Dataset<double>(5, 3, features, Targets<double>.Classes([0, 1, 1, 0, 1], 2));
        double[] before = network.Parameters.Span.ToArray();
        using var probe = new LayerProbe<double>(network, data);
        IReadOnlyList<LayerSpread> seen = probe.Look();
        Assert.Equal(before, network.Parameters.Span.ToArray());
        using var predictor = new Predictor<double>(network);
        double Slope(Dataset<double> rows, double own, Action<double> set)
        {
            const double Step = 1e-5;
            set(own + Step);
            double up = predictor.Evaluate(rows, out _);
            set(own - Step);
            double down = predictor.Evaluate(rows, out _);
            set(own);
            return (up - down) / (2 * Step);
        }

        foreach (LayerSpread spread in seen)
        {
            DenseLayer<double> layer = network.Layers[spread.Layer - 1];
            double[] deltas = [.. Enumerable.Range(0, 5).SelectMany(row => Enumerable.Range(0, layer.Outputs).Select(unit => Slope(data.Select([row]), layer.GetBias(unit), value => layer.SetBias(unit, value))))];
            double[] gradients = [.. Enumerable.Range(0, layer.Outputs).SelectMany(o => Enumerable.Range(0, layer.Inputs).Select(i => Slope(data, layer.GetWeight(o, i), value => layer.SetWeight(o, i, value))))];
            foreach ((double[] expected, Histogram found) in new[] { (deltas, spread.Deltas), (gradients, spread.Gradients), (layer.GetWeights(), spread.Weights) })
            {
                Assert.Equal(expected.Length, found.Count);
                Assert.Equal(expected.Sum(), found.Sum, 1e-7);
                Assert.Equal(expected.Sum(x => x * x), found.SumOfSquares, 1e-7);
                Assert.Equal(expected.Min(), found.Edges[0], 1e-7);
                Assert.Equal(expected.Max(), found.Edges[^1], 1e-7);
            }
        }
    }

    /// <summary>Of many rows some, those that count, spread evenly.</summary>
    [Fact]
    public void AProbeTakesRowsThatCount()
    {
        var network = new Network<double>(NetworkDefinition.Parse("1-1:identity"), Initializer.Parse("zeros"));
        double[] x = [.. Enumerable.Range(0, 100).Select(n => (double)n)];
        double[] weights = [.. x.Select(n => n % 2)];
        var data = new Dataset<double>(100, 1, x, Targets<double>.Values(x, 1), weights);
        using var probe = new LayerProbe<double>(network, data, rows: 5);
        Histogram deltas = probe.Look()[0].Deltas; // y = 0: δ of a row is in proportion to −t
        Assert.Equal(5, deltas.Count);
        Assert.Equal(1.0 / 81, deltas.Edges[^1] / deltas.Edges[0], 1e-12); // rows 1, 21, 41, 61, 81
    }
}
