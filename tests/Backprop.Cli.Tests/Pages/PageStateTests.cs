using Backprop.Cli.Pages.Runs;
using CsCheck;

namespace Backprop.Cli.Tests.Pages;

public sealed class PageStateTests
{
    private static readonly Gen<PageState> s_states =
        from data in OneOf("circles", "spiral", "digits", "file")
        from sizes in Gen.Select(Gen.Int[10, 20_000], Gen.Int[1, 65_536], Gen.Int[0, 1_000_000])
        from parts in Gen.Select(Gen.Double[0, 1], Gen.Double[0, 0.9], Gen.Double[0, 100])
        from text in Gen.Select(OneOf("", "6:tanh", "leaky_relu(0.1)&x=1"), OneOf("W1[0,0]", "b2[3]", "é ?#"))
        from flags in Gen.Select(Gen.Bool, Gen.Bool, Gen.Bool)
        from counts in Gen.Select(Gen.ULong, Gen.Long[0, 1L << 60])
        select new PageState
        {
            Data = data,
            Rows = sizes.Item1,
            BatchSize = sizes.Item2,
            Row = sizes.Item3,
            Noise = parts.Item1,
            Test = parts.Item2,
            LearningRate = parts.Item3,
            L1 = parts.Item1,
            L2 = parts.Item3,
            Hidden = text.Item1,
            Parameter = text.Item2,
            FromModel = flags.Item1,
            OfBatch = flags.Item2,
            Gradients = flags.Item3,
            Seed = counts.Item1,
            Steps = counts.Item2,
            Output = flags.Item1 ? "sigmoid" : null,
            Loss = flags.Item2 ? "huber:0.5" : null,
            Optimizer = "sgd",
        };

    private static Gen<string> OneOf(params string[] texts) => Gen.Int[0, texts.Length - 1].Select(n => texts[n]);

    [Fact]
    public void An_address_reopens_its_state() => s_states.Sample(state => Assert.Equal(state, PageState.Parse(state.ToQuery(new()), new())));

    [Fact]
    public void The_bare_address_is_the_default() => Assert.Equal("", new PageState().ToQuery(new()));

    [Theory]
    [InlineData("?rows=many")]
    [InlineData("?rows=1")]
    [InlineData("?noise=NaN")]
    [InlineData("?rate=-1")]
    [InlineData("?batch=0")]
    [InlineData("?seed=-1")]
    [InlineData("?steps=1e3")]
    [InlineData("?gradients=yes")]
    public void What_makes_no_sense_is_passed_over(string query) => Assert.Equal(new(), PageState.Parse(query, new()));

    [Fact]
    public void Looking_elsewhere_is_the_same_run()
    {
        var state = new PageState();
        Assert.True(state.IsSameRun(state with { Row = 3, Parameter = "b1[0]", OfBatch = true, Gradients = true, Steps = 9 }));
        Assert.False(state.IsSameRun(state with { Seed = 1 }));
        Assert.False(state.IsSameRun(state with { LearningRate = 0.5 }));
    }
}
