using Backprop.Derivations;
using Backprop.Pages.Derivation;
using Backprop.Pages.Runs;
using Backprop.Tables.Models;

namespace Backprop.Cli.Tests.Pages;

/// <summary>Rows that do not weigh the same, some of them nothing.</summary>
public sealed class WeightedRowsTests : Tool
{
    private GivenFiles Given()
    {
        Write("rows.csv", "a,b,w,y\n" + string.Concat(Enumerable.Range(0, 40).Select(n => $"{n % 7},{n * n % 11},{n % 4},{(n % 7) - (n % 3)}\n")));
        Json("train", "rows.csv", "--target", "y", "--sample-weight", "w", "--network", "4:tanh", "--epochs", "1", "--json");
        return GivenFiles.Read(At("model.safetensors"), DataSource.Named(At("rows.csv")), null);
    }

    [Fact]
    public async Task A_mean_is_shown_as_what_it_is()
    {
        GivenFiles given = Given();
        string page = await RenderedPage.Of(given, "?mean=1");
        Assert.Contains("w are the sample weights, of these rows", page, StringComparison.Ordinal);
        Assert.Contains("mean, by sample weights, of", page, StringComparison.Ordinal);
        Assert.DoesNotContain("sample weights", await RenderedPage.Of(GivenFiles.None), StringComparison.Ordinal);

        using var bench = new Workbench(given);
        bench.Open("?mean=1&batch=9", train: false);
        DerivedParameter derived = bench.Derived!;
        double[] weights = [.. derived.RowNumbers.Select(row => (double)(row % 4))]; // as the file has them
        Assert.Equal(weights, derived.Rows.SampleWeights);
        double mean = derived.RowNumbers.Select((row, n) => weights[n] * Explanation.Of(derived.Network, bench.Problem!.All, row, derived.Parameter).Derivative).Sum() / weights.Sum();
        Assert.Equal(mean, derived.Ways.Backpropagation, 1e-12);
        Assert.Contains(">w</mi>", UpdateMarkup.Mean(derived), StringComparison.Ordinal);
        bench.Open("", train: false);
    }

    /// <summary>Alone it is a row like any other.</summary>
    [Fact]
    public async Task A_row_that_weighs_nothing_is_derived_too()
    {
        using var bench = new Workbench(Given());
        bench.Open("?mean=0&row=4", train: false);
        DerivedParameter derived = bench.Derived!;
        Assert.Equal(0, bench.Problem!.All.SampleWeights![4]);
        Assert.NotEqual(0, derived.Explanation.Derivative);
        Assert.Equal(derived.Explanation.Derivative, derived.Ways.Backpropagation, 1e-12);
        Assert.Equal(derived.Explanation.Derivative, derived.Ways.Recursion, 1e-12);
        Assert.Equal(derived.Explanation.Deltas, derived.Passes.Deltas[derived.Parameter.Layer]);
        Assert.Equal(derived.Passes.Loss, (await derived.Nudge()).Here, 1e-12);
    }

    /// <summary>A step learns nothing of it.</summary>
    [Fact]
    public async Task A_batch_that_weighs_nothing_has_no_derivative()
    {
        using var bench = new Workbench(Given());
        bench.Open("?mean=1&batch=1", train: false);
        int none = Enumerable.Range(0, 30).First(step => TrainingSession.NextBatch(bench.Problem!, bench.State, step)[0] % 4 == 0);
        DerivedParameter derived = DerivedParameter.Of(bench.Latest! with { Step = none }, bench.Problem!, bench.State, bench.Parameter);
        Assert.Equal((0, 0, 0), (derived.Ways.Recursion, derived.Ways.Backpropagation, derived.Ways.Numerical));
        Assert.Equal(0, (await derived.Nudge()).Here);
    }
}
