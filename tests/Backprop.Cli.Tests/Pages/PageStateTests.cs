using Backprop.Pages.Runs;
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
        from counts in Gen.Select(Gen.ULong, Gen.Long[0, PageLimits.MostSteps])
        from then in OneOf("", "3:0.1:0:0", "3:0.1:0:0;70:1E-05:0.25:100", "0:W1[0,0]=0.5;9:b1[1]=-1E-07;9:0.1:0:0;9:W1[0,0]=3.4028235E+38")
        select new PageState
        {
            Data = data,
            Target = flags.Item3 ? "kind" : null,
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
            Optimizer = flags.Item3 ? "sgd" : "adam",
            Momentum = parts.Item2,
            Speed = flags.Item1 ? sizes.Item1 : 0,
            Then = then,
            Features = flags.Item1 ? "x1,x1x2,sin2" : PlaneFeatures.Usual,
            Discrete = flags.Item2,
            ShowsTest = flags.Item3,
            Tour = sizes.Item1 % 7,
            Exercise = sizes.Item3,
        };

    private static Gen<string> OneOf(params string[] texts) => Gen.Int[0, texts.Length - 1].Select(n => texts[n]);

    [Fact]
    public void An_address_reopens_its_state() => s_states.Sample(state =>
    {
        Assert.Equal(state, PageState.Parse(state.ToQuery(new()), new(), out string? mistake));
        Assert.Null(mistake);
        PageLimits.Require(state);
    });

    /// <summary>Whatever the host's own bare address shows: what it chooses and the state does not is said too.</summary>
    [Fact]
    public void An_address_reopens_its_state_at_every_host() => Gen.Select(s_states, s_states).Sample((state, start) =>
    {
        Assert.Equal(state, PageState.Parse(state.ToQuery(start), start, out string? mistake));
        Assert.Null(mistake);
    });

    [Fact]
    public void No_address_ends_the_page()
    {
        Gen.Select(OneOf("a", "=", "&", "rows", "output=", "then=", "speed=1e-7", "%", "%zz", "+", "?", ";", "é", "[0]"), OneOf("", "=", "&", "a"), OneOf("", "=b", "&&", "&=", "row=1"), OneOf("", "=", "&", "x")).Sample((a, b, c, d) =>
        {
            PageState.Parse($"?{a}{b}{c}{d}", new(), out _);
        });
        using var bench = new Workbench(GivenFiles.None);
        string[] names = [.. PageState.Parse("", new(), out _).GetType().GetProperties().Select(property => property.Name.ToLowerInvariant()), "model", "rate", "batch", "mean", "", "a"];
        foreach (string name in names)
        {
            foreach (string value in new[] { "", "0", "1", "-1", "1e-7", "a,b", "4:tanh", "W1[0,0]", "%00", ":", "softmax", "spiral", "99999999999999999999" })
            {
                bench.Open($"?{name}={value}", train: false);
            }
        }
    }

    [Fact]
    public void The_bare_address_is_the_default() => Assert.Equal("", new PageState().ToQuery(new()));

    [Theory]
    [InlineData("?rows=many", "rows: 'many' found, a whole number from 10 to 20,000 expected")]
    [InlineData("?rows=1", "rows: '1' found")]
    [InlineData("?rows=20001", "rows: '20001' found")]
    [InlineData("?rows=4294967696", "rows: '4294967696' found")]
    [InlineData("?rows=99999999999999999999", "rows: '99999999999999999999' found")]
    [InlineData("?rows=1e3", "rows: '1e3' found, a whole number")]
    [InlineData("?noise=NaN", "noise: 'NaN' found, a number from 0 to 1 expected")]
    [InlineData("?noise=-0.1", "noise: '-0.1' found")]
    [InlineData("?noise=1e999", "noise: '1e999' found")]
    [InlineData("?test=0.91", "test: '0.91' found, a number from 0 to 0.9 expected")]
    [InlineData("?rate=-1", "rate: '-1' found")]
    [InlineData("?rate=Infinity", "rate: 'Infinity' found")]
    [InlineData("?l1=1e7", "l1: '1e7' found")]
    [InlineData("?l2=", "l2: '' found")]
    [InlineData("?batch=0", "batch: '0' found")]
    [InlineData("?batch=65537", "batch: '65537' found")]
    [InlineData("?seed=-1", "seed: '-1' found")]
    [InlineData("?seed=18446744073709551616", "seed: '18446744073709551616' found")]
    [InlineData("?steps=1e3", "steps: '1e3' found")]
    [InlineData("?steps=1000000001", "steps: '1000000001' found, a whole number from 0 to 1,000,000,000 expected")]
    [InlineData("?row=2147483648", "row: '2147483648' found")]
    [InlineData("?gradients=yes", "gradients: 'yes' found, 0 or 1 expected")]
    [InlineData("?momentum=1", "momentum: '1' found, a number from 0 to 0.999999 expected")]
    [InlineData("?speed=-1", "speed: '-1' found")]
    [InlineData("?speed=1e-7", "speed: '1e-7' found, 0 (as fast as it goes) or a number from 0.001 to 1,000,000 expected")]
    [InlineData("?a&=b", "the address says 'a', name=value expected; the address says 'b', name=value expected")]
    [InlineData("?=b", "the address says 'b', name=value expected")]
    [InlineData("?then=5", "then: '5' found, at most 200 changes as step:rate:l1:l2 or step:parameter=value, of growing steps")]
    [InlineData("?then=0:1:0:0", "then: '0:1:0:0' found")]
    [InlineData("?then=9:1:0:0;9:2:0:0", "then: '9:2:0:0' found")]
    [InlineData("?then=9:-1:0:0", "then: rate: '-1' found")]
    [InlineData("?then=9:W1[0,0]=", "then: '9:W1[0,0]=' found")]
    [InlineData("?then=9:W1[0,0]=NaN", "then: '9:W1[0,0]=NaN' found")]
    [InlineData("?then=9:W1[0,0]=1e39", "then: '9:W1[0,0]=1e39' found")]
    [InlineData("?then=9:W1[0,0]=1;8:W1[0,0]=2", "then: '8:W1[0,0]=2' found")]
    [InlineData("?then=9:=1", "then: '9:=1' found")]
    [InlineData("?discrete=yes", "discrete: 'yes' found, 0 or 1 expected")]
    [InlineData("?tour=7", "tour: '7' found, a whole number from 0 to 6 expected")]
    [InlineData("?exercise=-1", "exercise: '-1' found")]
    [InlineData("?hiden=6:tanh", "the address says 'hiden'")]
    public void What_makes_no_sense_is_passed_over_and_said(string query, string part)
    {
        Assert.Equal(new(), PageState.Parse(query, new(), out string? mistake));
        Assert.Contains(part, mistake);
    }

    [Theory]
    [InlineData("", true)]
    [InlineData("?row=0", false)]
    [InlineData("?row=7&mean=1", true)]
    [InlineData("?mean=0", false)]
    public void Who_names_a_row_sees_it(string query, bool ofBatch) => Assert.Equal(ofBatch, PageState.Parse(query, new(), out _).OfBatch);

    [Fact]
    public void What_stands_twice_is_said()
    {
        PageState.Parse("?rows=50&rows=60&noise=NaN", new(), out string? mistake);
        Assert.Equal("'rows' stands 2 times in the address; noise: 'NaN' found, a number from 0 to 1 expected", mistake);
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(-1)]
    [InlineData(1e300)]
    public void No_number_of_a_state_is_out_of_its_range(double value)
    {
        PageState state = new();
        foreach (PageState wrong in new[] { state with { Noise = value }, state with { Test = value }, state with { LearningRate = value }, state with { Momentum = value }, state with { Speed = value }, state with { L1 = value }, state with { L2 = value } })
        {
            Assert.Throws<UsageException>(() => PageLimits.Require(wrong));
        }

        foreach (PageState wrong in new[] { state with { Rows = -1 }, state with { Rows = int.MaxValue }, state with { BatchSize = 0 }, state with { BatchSize = int.MaxValue }, state with { Steps = long.MaxValue }, state with { Steps = -1 }, state with { Row = -1 } })
        {
            Assert.Throws<UsageException>(() => PageLimits.Require(wrong));
        }
    }

    [Fact]
    public void Looking_elsewhere_is_the_same_run()
    {
        var state = new PageState();
        Assert.True(state.IsSameRun(state with { Row = 3, Parameter = "b1[0]", OfBatch = false, Gradients = true, Steps = 9, Speed = 0, Discrete = true, ShowsTest = false, Tour = 3, Exercise = 2 }));
        Assert.False(state.IsSameRun(state with { Seed = 1 }));
        Assert.False(state.IsSameRun(state with { Features = "x1" }));
        Assert.False(state.IsSameRun(state with { Then = "0:W1[0,0]=1" }));
        Assert.False(state.IsSameRun(state with { LearningRate = 0.5 }));
    }
}
