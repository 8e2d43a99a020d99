using System.Text;
using Backprop.ModelFiles;
using Backprop.Networks;
using Backprop.Pages.Export;
using Backprop.Pages.Runs;
using Backprop.Tables.Models;

namespace Backprop.Cli.Tests.Pages;

/// <summary>Files that a visitor opens on the page.</summary>
public sealed class OpenedFilesTests : Tool
{
    private static readonly (string Name, byte[] Content) s_rows = ("rows.csv", Encoding.UTF8.GetBytes("a,b,kind\n1,2,u\n2,3,v\n4,1,u\n5,2,v\n1,1,u\n2,2,v\n"));

    private static Workbench Bench(string query = "")
    {
        var bench = new Workbench(GivenFiles.None);
        bench.Open(query, train: false);
        return bench;
    }

    [Fact]
    public void A_model_of_the_page_opens_at_the_address_that_it_was_made_at()
    {
        using Workbench maker = Bench("?data=spiral&hidden=7:relu&seed=4&noise=0.05");
        byte[] model = ExportFiles.Make(maker, "model.safetensors")!.Content;
        using Workbench bench = Bench("?data=iris");
        bench.Open([("mine.safetensors", model)]);
        Assert.Null(bench.Mistake);
        Assert.Null(bench.Remark);
        Assert.Equal(("spiral", 4UL, true), (bench.State.Data, bench.State.Seed, bench.State.FromModel));
        Assert.Equal(maker.Problem!.All.Features.ToArray(), bench.Problem!.All.Features.ToArray());
        foreach (DenseLayer<float> layer in maker.Latest!.Network.Layers)
        {
            Assert.Equal(layer.GetWeights(), bench.Latest!.Network.Layers[layer.Index - 1].GetWeights());
        }
    }

    /// <summary>The record of a downloaded model is read by whoever has another bare address than the page that wrote it.</summary>
    [Fact]
    public void A_model_of_a_page_that_was_given_a_model_opens_on_its_data_again()
    {
        using (Workbench first = Bench("?data=spiral&hidden=7:relu&seed=4&noise=0.05"))
        {
            File.WriteAllBytes(At("first.safetensors"), ExportFiles.Make(first, "model.safetensors")!.Content);
        }

        using var served = new Workbench(GivenFiles.Read(At("first.safetensors"), null, null));
        served.Open("", train: false);
        RunTo(served, 20);
        File.WriteAllBytes(At("second.safetensors"), ExportFiles.Make(served, "model.safetensors")!.Content);
        var given = GivenFiles.Read(At("second.safetensors"), null, null);
        using var again = new Workbench(given);
        again.Open("", train: false);
        Assert.Equal(("spiral", 4UL, 0.05, 0L), (given.Start.Data, given.Start.Seed, given.Start.Noise, given.Start.Steps));
        Assert.Equal(served.Problem!.All.Features.ToArray(), again.Problem!.All.Features.ToArray());
        Assert.Equal(served.Latest!.Network.Layers[0].GetWeights(), again.Latest!.Network.Layers[0].GetWeights());
        Assert.Equal(served.Latest.Training.Loss, again.Latest.Training.Loss);
    }

    [Fact]
    public void A_model_of_a_page_that_was_given_a_table_asks_for_it()
    {
        Write("two.csv", Encoding.UTF8.GetString(s_rows.Content));
        using (var served = new Workbench(GivenFiles.Read(null, DataSource.Named(At("two.csv")), "kind")))
        {
            served.Open("", train: false);
            File.WriteAllBytes(At("model.safetensors"), ExportFiles.Make(served, "model.safetensors")!.Content);
        }

        Assert.Contains("give DATA beside MODEL", Assert.Throws<UsageException>(() => GivenFiles.Read(At("model.safetensors"), null, null)).Message, StringComparison.Ordinal);
    }

    /// <summary>What was set by hand or tuned on the way is in the weights: it is not done again.</summary>
    [Fact]
    public void A_model_whose_run_was_changed_on_the_way_opens_as_it_ended()
    {
        using Workbench maker = Bench("?data=xor&then=0:W1[0,0]=3;3:0.05:0:0.01;9:0.5:0:0");
        RunTo(maker, 5);
        using Workbench bench = Bench();
        bench.Open([("mine.safetensors", ExportFiles.Make(maker, "model.safetensors")!.Content)]);
        Assert.Null(bench.Mistake);
        Assert.Equal(maker.Latest!.Network.Layers[0].GetWeights(), bench.Latest!.Network.Layers[0].GetWeights());
        Assert.Equal(("", new TrainingRates(0.05, 0, 0.01)), (bench.State.Then, bench.State.Rates));
    }

    private static void RunTo(Workbench bench, long steps)
    {
        bench.Session!.RunTo(steps);
        Assert.True(SpinWait.SpinUntil(() => bench.Session.Latest is { IsRunning: false } now && now.Step == steps, TimeSpan.FromSeconds(60)));
        bench.Take();
    }

    [Fact]
    public void A_model_of_the_tool_opens_on_the_built_in_data_that_it_was_trained_on()
    {
        Json("train", "builtin:iris", "--network", "5:tanh", "--epochs", "1", "--json");
        using Workbench bench = Bench();
        bench.Open([("iris.safetensors", File.ReadAllBytes(At("model.safetensors")))]);
        Assert.Null(bench.Mistake);
        Assert.Equal("4-5:tanh-3:softmax", bench.Definition!.ToString());
        Assert.True(bench.State.FromModel);
    }

    /// <summary>What stands in a model file of others, beside what the tool writes.</summary>
    [Theory]
    [InlineData("no JSON")]
    [InlineData("3")]
    [InlineData("[1]")]
    [InlineData("{\"data\":3,\"rows\":5,\"seed\":0,\"options\":{},\"validation\":{}}")]
    [InlineData("{\"data\":\"rows.csv\",\"rows\":5,\"seed\":0,\"options\":[],\"validation\":{}}")]
    [InlineData("{\"data\":\"rows.csv\",\"rows\":5,\"seed\":0,\"options\":{\"validation\":0.2},\"validation\":{}}")]
    [InlineData("{\"data\":\"rows.csv\",\"rows\":5,\"seed\":-1,\"options\":{},\"validation\":{}}")]
    [InlineData("{\"data\":\"rows.csv\",\"rows\":5e30,\"seed\":0,\"options\":{},\"validation\":{}}")]
    [InlineData("{\"data\":\"rows.csv\",\"rows\":\"5\",\"seed\":0,\"options\":{},\"validation\":{},\"page\":7}")]
    public void A_strange_record_of_training_says_nothing(string training)
    {
        Assert.Null(HeldOutRows.Of(training, "rows.csv"));
        Write("train.csv", Encoding.UTF8.GetString(s_rows.Content));
        Json("train", "train.csv", "--target", "kind", "--network", "5:tanh", "--epochs", "1", "--json");
        ModelFile<float> file = ModelFile<float>.Read(At("model.safetensors"));
        new ModelFile<float>(file.Ensemble, file.Schema, training).Write(At("strange.safetensors"));
        using Workbench bench = Bench();
        bench.Open([("strange.safetensors", File.ReadAllBytes(At("strange.safetensors"))), s_rows]);
        Assert.Null(bench.Mistake);
        Assert.Null(bench.Given.HeldOut);
        Assert.True(bench.State.FromModel);
    }

    [Fact]
    public void A_record_of_the_tool_says_which_rows_were_held_out() =>
        Assert.Equal(new HeldOutRows(0.2, 7, 5), HeldOutRows.Of("{\"data\":\"a/rows.csv\",\"rows\":5,\"seed\":7,\"options\":{},\"validation\":{}}", "rows.csv"));

    [Fact]
    public void A_table_asks_for_its_target_and_its_link_waits_for_it()
    {
        using Workbench bench = Bench();
        bench.Open([s_rows]);
        Assert.Contains("say which is the target", bench.Mistake);
        Assert.Equal(["a", "b", "kind"], bench.Given.TargetChoices);
        bench.Train(state => state with { Target = "kind" });
        Assert.Null(bench.Mistake);
        Assert.Equal(["u", "v"], bench.Problem!.Labels);
        string link = bench.Query;

        using Workbench other = Bench(link);
        Assert.Contains("open it here too", other.Mistake);
        other.Open([s_rows]);
        Assert.Null(other.Mistake);
        Assert.Equal(link, other.Query);
        Assert.Equal(bench.Problem.All.Features.ToArray(), other.Problem!.All.Features.ToArray());
    }

    [Fact]
    public void What_cannot_be_opened_is_said_and_nothing_is_changed()
    {
        using Workbench bench = Bench();
        TrainingSession before = bench.Session!;
        foreach (((string Name, byte[] Content)[] files, string part) in new ((string, byte[])[], string)[]
        {
            ([], "a table (.csv .tsv .txt .json .jsonl .ndjson .parquet .npz), a model (.safetensors), or one of each expected"),
            ([s_rows, s_rows], "'rows.csv', 'rows.csv' found"),
            ([("bad.safetensors", [1, 2, 3])], "'bad.safetensors'"),
            ([("empty.csv", [])], "'empty.csv'"),
            ([("notes.docx", [1])], "notes.docx"),
            ([("..", [1])], "'..' found, the name of a file expected"),
        })
        {
            bench.Open(files);
            Assert.Contains(part, bench.Remark);
            Assert.DoesNotContain("/tmp/backprop-", bench.Remark);
            Assert.Same(before, bench.Session);
            Assert.Null(bench.Mistake);
        }
    }
}
