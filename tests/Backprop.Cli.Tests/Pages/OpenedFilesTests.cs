using System.Text;
using Backprop.ModelFiles;
using Backprop.Networks;
using Backprop.Pages.Export;
using Backprop.Pages.Runs;

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
