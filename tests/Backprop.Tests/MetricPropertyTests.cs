using Backprop.Data;
using Backprop.Training;
using CsCheck;

namespace Backprop.Tests;

/// <summary>What must not change a metric, and how it must change with what does.</summary>
public class MetricPropertyTests
{
    /// <summary>Rows of logits in quarters, so that many tie, their classes, and weights, some of them 0.</summary>
    private static readonly Gen<Rows> s_rows =
        from classes in Gen.Int[2, 6]
        from count in Gen.Int[2, 40]
        from logits in Gen.Int[-12, 12].Array[count * classes]
        from actual in Gen.Int[0, classes - 1].Array[count]
        from weights in Gen.Int[0, 4].Array[count]
        select new Rows(classes, [.. logits.Select(value => value / 4.0)], actual, [.. weights.Select(weight => weight * 0.75)]);

    [Fact]
    public void TheOrderOfRowsDoesNotMatter() => Gen.Select(s_rows, Gen.Int[1, 1 << 20]).Sample((rows, seed) =>
    {
        int[] order = [.. Enumerable.Range(0, rows.Count)];
        new Random(seed).Shuffle(order);
        Same(rows.Evaluate(), rows.Select(order).Evaluate());
        Same(rows.EvaluateValues(), rows.Select(order).EvaluateValues());
    });

    [Fact]
    public void ARowOfWeightTwoIsTwoRows() => Gen.Select(s_rows, Gen.Int[0, 1 << 20]).Sample((rows, pick) =>
    {
        Rows twice = rows.Select([.. Enumerable.Range(0, rows.Count), pick % rows.Count]);
        double[] weights = [.. rows.Weights];
        weights[pick % rows.Count] *= 2;
        Rows heavier = rows with { Weights = weights };
        Same(heavier.Evaluate(), twice.Evaluate());
        if (rows.Weights.Count(weight => weight > 0) > 1)
        {
            Same(heavier.EvaluateValues(), twice.EvaluateValues());
        }
    });

    [Fact]
    public void ARowOfWeightZeroIsNotThere() => s_rows.Sample(rows =>
    {
        int[] kept = [.. Enumerable.Range(0, rows.Count).Where(row => rows.Weights[row] > 0)];
        if (kept.Length > 0)
        {
            Same(rows.Evaluate(), rows.Select(kept).Evaluate());
            Same(rows.EvaluateValues(), rows.Select(kept).EvaluateValues());
        }
    });

    /// <summary>Also where sums and products of the weights themselves would be infinite, or 0.</summary>
    [Theory]
    [InlineData(1e-300)]
    [InlineData(1e-9)]
    [InlineData(1e9)]
    [InlineData(1e306)]
    public void OnlyTheRatioOfWeightsMatters(double factor) => s_rows.Sample(rows =>
    {
        Rows scaled = rows with { Weights = Array.ConvertAll(rows.Weights, weight => weight * factor) };
        Same(rows.Evaluate(), scaled.Evaluate(), supports: false);
        Same(rows.EvaluateValues(), scaled.EvaluateValues());
    });

    [Fact]
    public void EqualWeightsAreNone() => s_rows.Sample(rows =>
    {
        Evaluation with = (rows with { Weights = [.. rows.Weights.Select(_ => 1.0)] }).Evaluate(), without = (rows with { Weights = null! }).Evaluate();
        Same(with, without);
        Assert.Equal(without.Confusion!, with.WeightedConfusion!.Select(line => Array.ConvertAll(line, value => (int)value)));
    });

    [Fact]
    public void NegatedLogitsHaveTheOtherPartOfTheArea() => s_rows.Where(rows => rows.Classes == 2).Sample(rows =>
        Near(1 - rows.Evaluate()["auc"], (rows with { Logits = Array.ConvertAll(rows.Logits, value => -value) }).Evaluate()["auc"], "auc"));

    /// <summary>Stretched so far that every probability rounds to 0 or 1, rows rank as before; so do logits that are shifted row by row.</summary>
    [Fact]
    public void WhatKeepsTheOrderKeepsTheArea() => s_rows.Sample(rows =>
    {
        double auc = rows.Evaluate()["auc"];
        int row = 0;
        Near(auc, (rows with { Logits = [.. rows.Logits.Select(value => value + (row++ / rows.Classes) - 20)] }).Evaluate()["auc"], "auc");
        if (rows.Classes == 2)
        {
            Near(auc, (rows with { Logits = Array.ConvertAll(rows.Logits, value => 1024 * value) }).Evaluate()["auc"], "auc");
        }
    });

    [Fact]
    public void ClassesAreSumsOfTheConfusion() => s_rows.Sample(rows =>
    {
        Evaluation found = rows.Evaluate();
        if (rows.Weights.Sum() == 0)
        {
            return;
        }

        double[][] confusion = found.WeightedConfusion!;
        Near(rows.Weights.Sum(), confusion.Sum(line => line.Sum()), "weights");
        Near(found["accuracy"], Enumerable.Range(0, rows.Classes).Sum(c => confusion[c][c]) / rows.Weights.Sum(), "accuracy");
        for (int c = 0; c < rows.Classes; c++)
        {
            double predicted = confusion.Sum(line => line[c]);
            Near(confusion[c].Sum(), found.PerClass![c].Support, "support");
            Near(predicted == 0 ? 0 : confusion[c][c] / predicted, found.PerClass[c].Precision, "precision");
            Near(confusion[c].Sum() == 0 ? 0 : confusion[c][c] / confusion[c].Sum(), found.PerClass[c].Recall, "recall");
        }
    });

    /// <summary>Every pair counted by itself, as the plain definition has it.</summary>
    [Fact]
    public void TheAreaIsTheShareOfPairsInTheRightOrder() => s_rows.Where(rows => rows.Classes == 2).Sample(rows =>
    {
        double right = 0, pairs = 0;
        for (int p = 0; p < rows.Count; p++)
        {
            for (int n = 0; n < rows.Count; n++)
            {
                if (rows.Actual[p] == 1 && rows.Actual[n] == 0)
                {
                    double weight = rows.Weights[p] * rows.Weights[n], ahead = rows.Logits[(2 * p) + 1] - rows.Logits[2 * p] - (rows.Logits[(2 * n) + 1] - rows.Logits[2 * n]);
                    pairs += weight;
                    right += weight * (ahead > 0 ? 1 : ahead == 0 ? 0.5 : 0);
                }
            }
        }

        Near(pairs == 0 ? double.NaN : right / pairs, rows.Evaluate()["auc"], "auc");
    });

    private static void Same(Evaluation expected, Evaluation actual, bool supports = true)
    {
        Assert.Equal(expected.Metrics.Select(metric => metric.Key), actual.Metrics.Select(metric => metric.Key));
        foreach ((string name, double value) in expected.Metrics)
        {
            Near(value, actual[name], name);
        }

        for (int c = 0; c < expected.PerClass?.Count; c++)
        {
            Near(expected.PerClass[c].F1, actual.PerClass![c].F1, "f1");
            Near(expected.PerClass[c].Auc, actual.PerClass[c].Auc, "class auc");
            if (supports)
            {
                Near(expected.PerClass[c].Support, actual.PerClass[c].Support, "support");
            }
        }
    }

    private static void Near(double expected, double actual, string what) =>
        Assert.True(double.IsNaN(expected) ? double.IsNaN(actual) : Math.Abs(expected - actual) <= 1e-12 * Math.Max(1, Math.Abs(expected)), $"{what}: {actual:R} found, {expected:R} expected");

    private sealed record Rows(int Classes, double[] Logits, int[] Actual, double[] Weights)
    {
        public int Count => Actual.Length;

        public Evaluation Evaluate() => MetricsTests.Evaluate($"{Classes}-{Classes}:softmax", Logits, Targets<double>.Classes(Actual, Classes), weights: Weights);

        /// <summary>The classes as values, of the first output.</summary>
        public Evaluation EvaluateValues() => MetricsTests.Evaluate(
            "1-1:identity", [.. Enumerable.Range(0, Count).Select(row => Logits[row * Classes])], Targets<double>.Values([.. Actual.Select(c => (double)c)], 1), weights: Weights);

        public Rows Select(int[] rows) => new(
            Classes, [.. rows.SelectMany(row => Logits[(row * Classes)..((row + 1) * Classes)])], [.. rows.Select(row => Actual[row])], [.. rows.Select(row => Weights[row])]);
    }
}
