using System.Text.RegularExpressions;
using Backprop.ModelFiles;
using Backprop.Networks;
using Backprop.Pages.Components;
using Backprop.Pages.Runs;
using Backprop.Tables.Models;

namespace Backprop.Cli.Tests.Pages;

/// <summary>What the page shows, and what it refuses to build.</summary>
public sealed partial class RenderedPageTests : Tool
{
    [Fact]
    public async Task The_bare_page_shows_a_network_and_a_derivation()
    {
        string page = await RenderedPage.Of(GivenFiles.None);
        Assert.Contains("<svg class=\"graph\"", page, StringComparison.Ordinal);
        Assert.Contains("<math", page, StringComparison.Ordinal);
        Assert.Contains("2-6:tanh-4:tanh-2:softmax on circles", page, StringComparison.Ordinal);
        Assert.DoesNotContain("class=\"mistake\"", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_model_opens_on_the_data_it_was_trained_on()
    {
        Json("train", "builtin:iris", "--network", "5:tanh", "--epochs", "2", "--json");
        Assert.Contains("4-5:tanh-3:softmax on builtin:iris", await RenderedPage.Of(GivenFiles.Read(At("model.safetensors"), null, null)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_test_rows_are_those_that_the_model_has_held_out()
    {
        Write("rows.csv", "a,b,colour\n" + string.Concat(Enumerable.Range(0, 60).Select(n => $"{n * 7 % 31},{n * n % 17},{(n * 5 % 11 < 5 ? "red" : "green")}\n")));
        using System.Text.Json.JsonDocument run = System.Text.Json.JsonDocument.Parse(Json("train", "rows.csv", "--target", "colour", "--network", "5:tanh", "--validation", "0.3", "--seed", "4", "--epochs", "3", "--json").ToString());
        var given = GivenFiles.Read(At("model.safetensors"), DataSource.Named(At("rows.csv")), null);
        using var bench = new Workbench(given);
        bench.Open("", train: false);
        Assert.Equal(0.3, bench.State.Test);
        Assert.Equal(4UL, bench.State.Seed);
        using System.Text.Json.JsonDocument record = System.Text.Json.JsonDocument.Parse(given.Model!.Training!);
        Assert.Equal(record.RootElement.GetProperty("validation").GetProperty("loss").GetDouble(), bench.Latest!.Test!.Loss, 1e-12); // the same rows: the same loss
        string page = await RenderedPage.Of(given);
        Assert.Contains("The test rows are those that the model has held out", page, StringComparison.Ordinal);
        Assert.Contains("The model has held out others", await RenderedPage.Of(given, "?seed=5"), StringComparison.Ordinal);
        Write("other.csv", File.ReadAllText(At("rows.csv")));
        Assert.Contains("is not known", await RenderedPage.Of(GivenFiles.Read(At("model.safetensors"), DataSource.Named(At("other.csv")), null)), StringComparison.Ordinal);
    }

    /// <summary>A model may have standardised its target: what a row should give is said as it stands in the file.</summary>
    [Fact]
    public async Task A_value_is_said_in_its_own_units()
    {
        Write("rows.csv", "a,b,y\n" + string.Concat(Enumerable.Range(0, 40).Select(n => $"{n % 7},{n % 11},{(n == 0 ? 17.25 : 100 + (3 * (n % 7)) - (2 * (n % 11)))}\n")));
        Json("train", "rows.csv", "--target", "y", "--network", "4:tanh", "--epochs", "2", "--json");
        var given = GivenFiles.Read(At("model.safetensors"), DataSource.Named(At("rows.csv")), null);
        (double mean, double scale) = (given.Model!.Schema!.Target.Means![0], given.Model.Schema.Target.Scales![0]);
        string page = await RenderedPage.Of(given, "?mean=0&row=0");
        Assert.Contains($"It should give <strong>17.25</strong> (standardised {(17.25 - mean) / scale:G5}, as outputs and losses are); its loss", page.Replace("&#x2212;", "-", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Contains("The model has standardised its target: outputs and losses are of (y ", page, StringComparison.Ordinal);
        Assert.Contains("orange below the mean that the model has of it", page, StringComparison.Ordinal);

        string plain = await RenderedPage.Of(GivenFiles.None, "?data=hills&mean=0&row=0");
        Assert.DoesNotContain("standardised", plain, StringComparison.Ordinal);
        Assert.Contains("orange below 0", plain, StringComparison.Ordinal);
        Assert.Contains("It should give <strong>1</strong>; its loss", await RenderedPage.Of(GivenFiles.None, "?data=note&mean=0"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Columns_and_classes_have_their_names()
    {
        string page = await RenderedPage.Of(GivenFiles.None, "?data=iris&hidden=&parameter=W1%5B2,1%5D");
        Assert.Contains("from sepal_width to virginica", page, StringComparison.Ordinal);
        Assert.Contains(">petal_length</text>", page, StringComparison.Ordinal);
        Assert.Contains(">versicolor</text>", page, StringComparison.Ordinal);
        Assert.Contains("input 1 (sepal_width)", page, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("?data=digits&hidden=32:relu")]
    [InlineData("?data=digits&hidden=32:relu&mean=0")]
    [InlineData("?data=circles&hidden=4:relu&mean=0&seed=3")]
    public void What_opens_is_a_weight_that_lives(string query)
    {
        using var bench = new Workbench(GivenFiles.None);
        bench.Open(query, train: false);
        Assert.NotEqual(0, bench.Derived!.Ways.Recursion);
        Assert.NotEqual(0, bench.Derived.Explanation.Derivative);
    }

    [Fact]
    public async Task Nothing_of_the_page_has_to_be_known_to_mend_a_run_that_diverged()
    {
        using var bench = new Workbench(GivenFiles.None);
        bench.Open("?rate=1000000&optimizer=sgd&hidden=6:relu&output=identity&loss=squared_error&l2=10", train: false);
        for (int n = 0; n < 200 && bench.Latest!.Failure is null; n++)
        {
            bench.Session!.RunTo(1000);
            await Task.Delay(50, TestContext.Current.CancellationToken);
            bench.Take();
        }

        Assert.Contains("Training diverged at step", bench.Latest!.Failure, StringComparison.Ordinal);
        Assert.DoesNotContain("--", bench.Latest.Failure, StringComparison.Ordinal);
        bench.Tune(rates => rates with { LearningRate = 0.01 }); // begins anew
        Assert.Null(bench.Latest.Failure);
        Assert.Equal(0, bench.Latest.Step);
        Assert.Equal(0.01, bench.State.LearningRate);
    }

    [Fact]
    public async Task A_model_with_norms_and_residual_layers_opens()
    {
        Json("train", "builtin:iris", "--network", "6:tanh,batch_norm-6:silu,layer_norm,residual,dropout(0.1)", "--epochs", "2", "--json");
        var given = GivenFiles.Read(At("model.safetensors"), null, null);
        foreach (string parameter in new[] { "W2[3,5]", "gamma1[3]", "beta2[0]" })
        {
            string page = await RenderedPage.Of(given, $"?data=file&model=1&parameter={Uri.EscapeDataString(parameter)}");
            Assert.Contains("4-6:tanh,batch_norm-6:silu,layer_norm,residual,dropout(0.1)-3:softmax on builtin:iris", page, StringComparison.Ordinal);
            Assert.Contains($"Nudge {parameter}", page, StringComparison.Ordinal);
            Assert.DoesNotContain("class=\"mistake\"", page, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void The_parts_of_a_layer_outlive_a_change_of_its_width()
    {
        Assert.Equal("8:tanh,layer_norm,dropout(0.1)", HiddenLayer.Format(HiddenLayer.Parse("6:tanh,dropout(0.1),layer_norm").Select(layer => layer with { Units = 8 })));
    }

    [Fact]
    public async Task Data_alone_open_too()
    {
        Write("rows.csv", "a,b,y\n1,2,u\n2,3,v\n4,1,u\n5,2,v\n1,1,u\n2,2,v\n");
        Assert.Contains("2-16:tanh-2:softmax on rows.csv", await RenderedPage.Of(GivenFiles.Read(null, DataSource.Named(At("rows.csv")), null)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("?hidden=30000:tanh-30000:tanh", "the network would have 900,180,002 parameters, the page takes at most 4,000,000")]
    [InlineData("?hidden=16000000:tanh", "parameters, the page takes at most 4,000,000")]
    [InlineData("?hidden=99999999999:tanh", "expected units:activation")]
    [InlineData("?rows=20000&batch=65536&hidden=20000:tanh", "a batch of 15,000 rows would have 300,060,000 activations in this network, the page takes at most 16,000,000")]
    [InlineData("?steps=1000000001", "steps: &#x27;1000000001&#x27; found")]
    [InlineData("?rows=1000000000", "rows: &#x27;1000000000&#x27; found, a whole number from 10 to 20,000 expected")]
    [InlineData("?noise=NaN", "noise: &#x27;NaN&#x27; found")]
    [InlineData("?hiden=6:tanh", "the address says &#x27;hiden&#x27;")]
    [InlineData("?a&=b", "the address says &#x27;a&#x27;, name=value expected")]
    [InlineData("?speed=1e-7", "speed: &#x27;1e-7&#x27; found")]
    [InlineData("?model=1", "no model was given")]
    [InlineData("?data=file", "file")]
    [InlineData("?data=slope&loss=binary_cross_entropy&output=sigmoid", " found, binary_cross_entropy takes values from 0 to 1")]
    [InlineData("?data=hills&loss=cross_entropy", " found, cross_entropy takes values from 0 to 1")]
    [InlineData("?data=hills&loss=poisson", " found, poisson takes values of at least 0")]
    [InlineData("?data=hills&output=softmax&loss=squared_error", "softmax of one unit is 1 whatever goes in, and nothing can be learned")]
    [InlineData("?output=sigmoid&loss=cross_entropy", "cross_entropy needs outputs that are a distribution over the classes")]
    [InlineData("?optimizer=lbfgs", "optimizer: &#x27;lbfgs&#x27; found, which takes all rows at once, and the page trains batch by batch; it knows adadelta, ")]
    [InlineData("?optimizer=levenberg_marquardt", "optimizer: &#x27;levenberg_marquardt&#x27; found, which takes all rows at once")]
    [InlineData("?optimizer=lbfg", "unknown optimizer &#x27;lbfg&#x27;")]
    [InlineData("layers", "1,000 hidden layers found, the page takes at most 32")]
    public async Task What_an_address_cannot_have_is_said_and_not_built(string query, string part)
    {
        query = query == "layers" ? $"?hidden={string.Join('-', Enumerable.Repeat("1:tanh", 1000))}" : query;
        string page = await RenderedPage.Of(GivenFiles.None, query);
        Assert.Contains(part, Alert().Match(page).Groups["text"].Value);
        Assert.DoesNotContain("<svg class=\"graph\"", page, StringComparison.Ordinal);
        using var bench = new Workbench(GivenFiles.None);
        _ = GivenFiles.None.Problem(new() { Rows = 20_000 }); // the rows
        long before = GC.GetAllocatedBytesForCurrentThread();
        bench.Open(query, train: true);
        Assert.Null(bench.Session);
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 8_000_000, $"{GC.GetAllocatedBytesForCurrentThread() - before:N0} bytes");
    }

    [Theory]
    [InlineData("?data=slope&loss=binary_cross_entropy&output=sigmoid")]
    [InlineData("?data=hills&loss=poisson")]
    public void The_target_that_a_loss_does_not_take_is_the_first_such(string query)
    {
        using var bench = new Workbench(GivenFiles.None);
        bench.Open(query, train: true);
        bool upToOne = query.Contains("binary", StringComparison.Ordinal);
        double[] targets = GivenFiles.None.Problem(bench.State).All.Targets.AllValues.ToArray();
        int first = Array.FindIndex(targets, value => value < 0 || (upToOne && value > 1));
        Assert.StartsWith(FormattableString.Invariant($"row {first}: a target of {targets[first]} found, "), bench.Mistake, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("?data=slope&features=x1", "to test on; 1 input, one value")]
    [InlineData("?data=slope", "to test on; 2 inputs, one value")]
    public async Task One_input_is_no_plural(string query, string part) => Assert.Contains(part, await RenderedPage.Of(GivenFiles.None, query), StringComparison.Ordinal);

    [Theory]
    [InlineData("?row=400", "row: 400 found, the data have rows 0 to 399; the last is shown")]
    [InlineData("?parameter=W9%5B0,0%5D", "W1[0,0] is shown")]
    public async Task What_an_address_looks_at_and_is_not_there_is_said(string query, string part)
    {
        string page = await RenderedPage.Of(GivenFiles.None, query);
        Assert.Contains(part, Alert().Match(page).Groups["text"].Value);
        Assert.Contains("<svg class=\"graph\"", page, StringComparison.Ordinal);
    }

    [Fact]
    public void A_mistake_is_mended_by_the_next_change_and_trains_nothing_before()
    {
        using var bench = new Workbench(GivenFiles.None);
        bench.Open("", train: true);
        TrainingSession first = bench.Session!;
        bench.Open("?hidden=30000:tanh-30000:tanh&steps=50", train: true);
        Assert.NotNull(bench.Mistake);
        Assert.False(bench.CanTrain);
        Assert.False(first.IsBusy); // the steps were meant for the other network
        bench.Train(state => state with { Noise = double.NaN, Hidden = "6:tanh" });
        Assert.Contains("noise: 'NaN' found", bench.Mistake);
        bench.Train(state => state with { Noise = 0.1 });
        Assert.Null(bench.Mistake);
        Assert.True(bench.CanTrain);
    }

    [Fact]
    public void A_model_of_the_command_line_may_be_larger_than_an_address_can_ask_for()
    {
        Write("rows.csv", "a,b,y\n1,2,0\n2,3,1\n4,1,0\n5,2,1\n1,1,0\n2,2,1\n");
        Network<float> large = new(NetworkDefinition.Parse("2-2100:tanh-2100:tanh-2:softmax"), Initializer.PyTorch, 0);
        Assert.True(large.Definition.ParameterCount > PageLimits.MostParameters);
        new ModelFile<float>(large, null, null).Write(At("large.safetensors"));
        var given = GivenFiles.Read(At("large.safetensors"), DataSource.Named(At("rows.csv")), null);
        using var bench = new Workbench(given);
        bench.Open("", train: true);
        Assert.Null(bench.Mistake);
        Assert.Equal(large.Definition, bench.Definition);
        bench.Train(state => state with { FromModel = false, Hidden = "3000:tanh-3000:tanh" });
        Assert.Contains($"at most {large.Definition.ParameterCount:N0}", bench.Mistake);
    }

    [Theory]
    [InlineData("2", true, null)]
    [InlineData("2.5", true, "'2.5' found, a whole number from 1 to 2,048 expected; nothing was changed")]
    [InlineData("2.5", false, null)]
    [InlineData("0", true, "'0' found")]
    [InlineData("2049", true, "'2049' found")]
    [InlineData("NaN", false, "'NaN' found")]
    [InlineData("1e999", false, "'1e999' found")]
    [InlineData("", false, "'' found, a number")]
    [InlineData(null, false, "'' found")]
    public void A_field_says_what_it_does_not_take(string? text, bool isWhole, string? part)
    {
        string? mistake = FieldValue.Read(text, 1, 2048, isWhole, out double value);
        Assert.Equal(part is null, mistake is null);
        Assert.Contains(part ?? "", mistake ?? "");
        Assert.True(part is not null || value is >= 1 and <= 2048);
    }

    [GeneratedRegex("class=\"mistake\" role=\"(?:alert|status)\">(?<text>[^<]*)<", RegexOptions.NonBacktracking)]
    private static partial Regex Alert();
}
