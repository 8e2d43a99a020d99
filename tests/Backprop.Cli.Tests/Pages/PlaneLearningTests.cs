using Backprop.Derivations;
using Backprop.Networks;
using Backprop.Pages.Derivation;
using Backprop.Pages.Drawing;
using Backprop.Pages.Runs;

namespace Backprop.Cli.Tests.Pages;

/// <summary>What the page has to learn by: maps of units, the example, editing, the tour and the exercise.</summary>
public sealed class PlaneLearningTests
{
    private static Workbench Open(string query)
    {
        var bench = new Workbench(GivenFiles.None);
        bench.Open(query, train: true);
        Assert.Null(bench.Mistake);
        Rest(bench);
        return bench;
    }

    /// <summary>Until all steps are made.</summary>
    private static void Rest(Workbench bench)
    {
        DateTime end = DateTime.UtcNow.AddSeconds(60);
        while (bench.Session!.IsBusy || bench.Session.Latest.IsRunning)
        {
            Assert.True(DateTime.UtcNow < end, "it did not come to rest");
            Thread.Sleep(5);
        }

        bench.Take();
    }

    private static void Until(Workbench bench, Func<Snapshot, bool> isSo)
    {
        DateTime end = DateTime.UtcNow.AddSeconds(60);
        while (!isSo(bench.Latest!))
        {
            Assert.True(DateTime.UtcNow < end, "it did not come to that");
            Thread.Sleep(5);
            bench.Take();
        }
    }

    private static void Step(Workbench bench)
    {
        long before = bench.Latest!.Step;
        bench.Session!.StepOnce();
        Until(bench, now => now.Step > before && !now.IsRunning);
    }

    /// <summary>By another road: tanh of sums, written out, at the middle of a pixel.</summary>
    [Fact]
    public async Task A_map_shows_what_a_unit_makes_of_the_plane()
    {
        using Workbench bench = Open("?data=xor&hidden=3:tanh&features=x1,x1x2&steps=20");
        Network<double> network = bench.Derived!.Network;
        UnitMaps maps = await UnitMaps.Of(network, new(bench.Problem!), 9);
        for (int row = 0; row < 9; row++)
        {
            for (int column = 0; column < 9; column++)
            {
                int pixel = (9 * row) + column;
                double x = (float)(3.6 * ((column - 4) / 4.5)), y = (float)(3.6 * ((4 - row) / 4.5)), product = (float)(x * y);
                Assert.Equal(x, maps.Values(0, 0)[pixel], 1e-6);
                Assert.Equal(product, maps.Values(0, 1)[pixel], 1e-5);
                for (int unit = 0; unit < 3; unit++)
                {
                    DenseLayer<double> layer = network.Layers[0];
                    Assert.Equal(Math.Tanh((layer.GetWeight(unit, 0) * x) + (layer.GetWeight(unit, 1) * product) + layer.GetBias(unit)), maps.Values(1, unit)[pixel], 1e-5);
                }

                Assert.Equal(1, maps.Values(2, 0)[pixel] + maps.Values(2, 1)[pixel], 1e-12);
            }
        }

        Assert.True(maps.Has(2, 1));
        Assert.False(maps.Has(2, 2));
        Assert.False(maps.Has(3, 0));
        Assert.NotEqual(maps.Picture(1, 0, isDiscrete: false), maps.Picture(1, 0, isDiscrete: true));
    }

    [Fact]
    public async Task Every_unit_has_its_map_on_the_page_and_digits_have_none()
    {
        string page = await RenderedPage.Of(GivenFiles.None, "?data=slope&hidden=5:tanh&features=x1,x2,sin1");
        Assert.Equal(3 + 5 + 1, page.Split("class=\"plane\" href").Length - 1);
        Assert.Contains(">sin x&#x2081;</text>", page, StringComparison.Ordinal);
        Assert.DoesNotContain("class=\"plane\"", await RenderedPage.Of(GivenFiles.None, "?data=iris&hidden=5:tanh"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("?data=digits&features=x1", "has inputs of its own")]
    [InlineData("?features=x1,y", "features")]
    [InlineData("?then=3:W1[9,9]=1", "W1[9,9]")]
    public void What_does_not_go_together_is_said(string query, string part)
    {
        using var bench = new Workbench(GivenFiles.None);
        bench.Open(query, train: true);
        Assert.Contains(part, bench.Mistake, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("slope")]
    [InlineData("hills")]
    public void Values_in_the_plane_are_learned(string data)
    {
        using var bench = new Workbench(GivenFiles.None);
        bench.Open("?noise=0", train: false);
        bench.ChooseData(data);
        Assert.Equal("identity", bench.Definition!.Layers[^1].Activation.ToString());
        bench.Session!.RunTo(20_000);
        Rest(bench);
        Assert.True(bench.Latest!.Measured["r2"] > 0.8, $"R² {bench.Latest.Measured["r2"]}");
    }

    /// <summary>The numbers of docs/back-propagation.md, section 8.</summary>
    [Fact]
    public void The_example_has_the_numbers_of_the_docs()
    {
        using var bench = new Workbench(GivenFiles.None);
        bench.Open("", train: false);
        bench.ChooseData("note");
        Assert.Equal(0.138716, bench.Latest!.Training.Loss, 5e-7);
        Assert.Equal(new ParameterName(1, 0, 1), bench.Parameter);
        Assert.Equal(-0.0469572, bench.Derived!.Ways.Recursion, 5e-8);
        Assert.Equal(7, bench.Derived.Explanation.Factors.Count);
        Assert.Equal([-0.131284, 0.0627528], bench.Derived.Passes.Deltas[2], (a, b) => Math.Abs(a - b) < 5e-7);
        Step(bench);
        Assert.Equal(0.000143831, bench.Latest.Training.Loss, 4e-9); // (y − t) · rounding of a float
        Assert.Equal(-0.476521f, bench.Latest.Network.Get(new(1, 0, 1)), 5e-7f);
        Assert.Equal(0.513359f, bench.Latest.Network.Get(new(3, 0)), 5e-7f);
        string link = bench.Query;
        using Workbench again = Open(link);
        Assert.Equal(bench.Latest.Network.Layers[0].GetWeights(), again.Latest!.Network.Layers[0].GetWeights());

        bench.Train(state => state with { Hidden = "3:tanh" }); // no example any more
        Assert.NotEqual(0.138716, bench.Latest.Training.Loss, 1e-4);
        bench.ChooseData("xor");
        Assert.Equal(0.25, bench.State.Test);
        Assert.True(bench.Definition!.Outputs == 2 && bench.State.OfBatch);
    }

    [Fact]
    public void A_weight_that_is_set_by_hand_is_no_steps_doing()
    {
        using Workbench bench = Open("?parameter=W1[0,0]");
        Step(bench);
        Assert.NotNull(bench.LastUpdate);
        bench.Edit(0.5);
        Assert.Equal(0.5, bench.Value); // at once
        Until(bench, now => now.Network.Get(bench.Parameter) == 0.5f);
        Assert.Equal(0.5, bench.Derived!.Value);
        Assert.Null(bench.LastUpdate);
        Assert.Equal("W1[0,0] = 0.5 at step 1", bench.Edits);
        Assert.Contains("then=1%3AW1", bench.Query, StringComparison.Ordinal);
        bench.EditBy(0.1);
        bench.EditBy(0.1); // before the first is seen
        Until(bench, now => now.Network.Get(bench.Parameter) == 0.7f);
        Step(bench);
        Assert.True(bench.LastUpdate is { } last && (float)last.Told.After == last.Made);
        bench.Edit(1e39);
        Assert.Contains("was not set", bench.Remark, StringComparison.Ordinal);
        bench.Reset();
        Assert.Null(bench.Edits);
    }

    [Fact]
    public void The_tour_notices_what_was_done()
    {
        using Workbench bench = Open("?tour=1");
        void Done(int step, params Action[] todo)
        {
            bench.Look(state => state with { Tour = step });
            foreach (Action action in todo)
            {
                Assert.False(bench.TourIsDone, $"step {step}");
                action();
            }

            Assert.True(bench.TourIsDone, $"step {step}");
        }

        Done(1, () => bench.Pick(new(1, 0)), () => bench.Pick(new(1, 3, 1)));
        bench.Pick(new(1, 3, 0));
        Assert.True(bench.TourIsDone); // once is enough
        Done(2, () => bench.Look(state => state with { OfBatch = false }));
        Done(3, () => bench.StageIndex = 0, () => bench.StageIndex = Array.FindIndex([.. bench.Stages], stage => stage.IsLoss));
        Done(4, () => bench.StageIndex = bench.Stages.Count - 1);
        Done(5, () => Step(bench));
        Done(6, () => bench.Pick(new(2, 0, 0)), () => bench.Pick(new(1, 3, 1)));
        bench.Look(state => state with { Tour = 0 });
        Assert.Null(bench.TourStep);
        Assert.DoesNotContain("tour", bench.Query, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("?data=note&hidden=2:tanh-2:sigmoid&output=identity&loss=squared_error&test=0&batch=1", 4)]
    [InlineData("?steps=100", 3)]
    [InlineData("?hidden=4:tanh-4:sigmoid-4:tanh&steps=50&features=x1,x2,x1x1,x2x2", 5)]
    [InlineData("?data=hills&hidden=8:relu-8:relu&steps=100", 1)]
    public void One_factor_is_wrong_and_all_others_are_right(string query, int kinds)
    {
        using Workbench bench = Open(query);
        var why = new HashSet<string>(StringComparer.Ordinal);
        for (int number = 1; number <= 24; number++)
        {
            PlantedMistake planted = PlantedMistake.Of(bench.Derived!.Network, bench.Problem!.All, number)!;
            Assert.True(planted.Right.Agrees); // three ways
            Assert.Equal([planted.Wrong], Enumerable.Range(0, planted.Factors.Count).Where(n => !planted.Factors[n].Values.SequenceEqual(planted.Right.Factors[n].Values)));
            Assert.Equal(planted.Right.Factors[planted.Wrong].Shape, planted.Factors[planted.Wrong].Shape);
            Assert.NotEqual(planted.Right.Derivative, planted.Product, 0.04 * Math.Abs(planted.Right.Derivative));
            Assert.Equal(planted.Right.Derivative, planted.Right.Factors.Aggregate(Array.Empty<double>(), (left, next) => next.Times(left))[0], 1e-12);
            Assert.Equal(planted.Why, PlantedMistake.Of(bench.Derived.Network, bench.Problem.All, number)!.Why);
            why.Add(planted.Why);
        }

        Assert.True(why.Count >= kinds, string.Join("\n", why));
    }

    /// <summary>f′(∂p) where f is tanh: the tangent by differences of p, which knows no factor.</summary>
    [Fact]
    public void The_inner_derivative_is_the_one_that_the_note_puts_into_f()
    {
        using Workbench bench = Open("?data=note&hidden=2:tanh-2:sigmoid&output=identity&loss=squared_error&test=0&batch=1");
        Network<double> network = bench.Derived!.Network;
        PlantedMistake planted = Enumerable.Range(1, 100).Select(number => PlantedMistake.Of(network, bench.Problem!.All, number)!)
            .First(one => one.Why.StartsWith("f′ is taken at the wrong place", StringComparison.Ordinal) && one.Right.Factors[one.Wrong] is { Role: "diagonal", Layer: 2 });
        const double H = 1e-6;
        double[] P(double by)
        {
            Network<double> moved = network.Clone();
            moved.Set(planted.Right.Parameter, network.Get(planted.Right.Parameter) + by);
            var trace = new RowTrace(moved);
            trace.Run(bench.Problem!.All.Row(0), [1]);
            return trace.PreActivations[2];
        }

        double[] above = P(H), below = P(-H);
        double[] expected = [.. above.Zip(below, (a, b) => (a - b) / (2 * H)).Select(tangent => 1 / ((1 + Math.Exp(-tangent)) * (1 + Math.Exp(tangent))))];
        Assert.Equal(expected, planted.Factors[planted.Wrong].Values, (a, b) => Math.Abs(a - b) < 1e-8);
    }

    [Fact]
    public void The_exercise_waits_for_the_steps_of_its_link()
    {
        using var bench = new Workbench(GivenFiles.None);
        bench.Changed += () => _ = bench.Exercise; // as a page does that is drawn at once
        bench.Open("?steps=50&exercise=3", train: true);
        Until(bench, now => now is { Step: 50, IsRunning: false });
        Assert.Equal(bench.Derived!.Network.Layers[0].GetWeights(), bench.Exercise!.Network.Layers[0].GetWeights());
    }

    [Fact]
    public async Task Tour_and_exercise_open_from_an_address()
    {
        string page = await RenderedPage.Of(GivenFiles.None, "?tour=6&exercise=2");
        Assert.Contains("6 of 6", page, StringComparison.Ordinal);
        Assert.Contains("Click the factor that is wrong", page, StringComparison.Ordinal);
        Assert.DoesNotContain("class=\"tour\"", await RenderedPage.Of(GivenFiles.None), StringComparison.Ordinal);
    }
}
