using System.Text.Json;
using Backprop.Optimizers.Schedules;
using Backprop.Tests.Oracles;

namespace Backprop.Tests;

/// <summary>Every schedule against its formula, written here once more with the platform's functions, and against PyTorch's at every step (tests/Fixtures/make_schedules.py).</summary>
public class ScheduleTests
{
    private static readonly Dictionary<string, Func<double, double>> s_formulas = new(StringComparer.Ordinal)
    {
        ["constant"] = _ => 1,
        ["cosine"] = part => (1 + Math.Cos(Math.PI * part)) / 2,
        ["coslog4"] = part => (1 - Math.Cos(2 * Math.PI * Math.Log2(1 + (15 * part)))) / 2,
        ["exponential"] = part => Math.Pow(0.01, part),
        ["plateau"] = _ => 1,
        ["step"] = part => part < 1.0 / 3 ? 1 : part < 2.0 / 3 ? 0.1 : 0.01,
    };

    [Fact]
    public void FactorsAreThoseOfTheFormulas()
    {
        Assert.Equal(LearningRateSchedule.Names.Where(name => LearningRateSchedule.Parse(name).GetType().Assembly == typeof(LearningRateSchedule).Assembly).Order(StringComparer.Ordinal), s_formulas.Keys.Append("one-cycle").Order(StringComparer.Ordinal));
        foreach ((string name, Func<double, double> formula) in s_formulas)
        {
            var schedule = LearningRateSchedule.Parse(name);
            foreach (long steps in new long[] { 1, 2, 7, 10, 100, 1001 })
            {
                for (long step = 0; step <= steps; step++)
                {
                    Assert.Equal(formula(step / (double)steps), schedule.At(step, steps), 1e-13);
                }
            }

            Assert.Equal(formula(0), schedule.At(0, 0), 1e-13);
        }

        Assert.Equal(4e-6, LearningRateSchedule.Parse("one-cycle").At(0, 0), 1e-17);
        Assert.Equal(4e-6, LearningRateSchedule.Parse("one-cycle").At(100, 100), 1e-17);
        Assert.Equal(4e-6, LearningRateSchedule.Parse("one-cycle").At(150, 100), 1e-17);
    }

    /// <summary>A name with parameters, and the name alone where they are as by default.</summary>
    [Theory]
    [InlineData("one-cycle(0.3)", "one-cycle")]
    [InlineData("one-cycle(0.3,25,10000)", "one-cycle")]
    [InlineData("one-cycle(0.2, 10)", "one-cycle(0.2,10)")]
    [InlineData("one-cycle(0.3,25,1E+20)", "one-cycle(0.3,25,1E+20)")]
    [InlineData("step(10,0.5)", "step(10,0.5)")]
    [InlineData("step(3,0.1)", "step")]
    [InlineData("step(5)", "step(5)")]
    [InlineData("cosine(0.1)", "cosine(0.1)")]
    [InlineData("exponential(0.5)", "exponential(0.5)")]
    [InlineData("plateau(0.5,3)", "plateau(0.5,3)")]
    [InlineData("plateau(0.1,3)", "plateau(0.1,3)")]
    [InlineData("constant", "constant")]
    public void ParametersAreReadAndWritten(string text, string written)
    {
        var schedule = LearningRateSchedule.Parse(text);
        Assert.Equal(written, schedule.ToString());
        Assert.Equal(schedule.Parameters, LearningRateSchedule.Parse(written).Parameters);
    }

    [Theory]
    [InlineData("cosine(", "expected a name, or a name with numbers in parentheses")]
    [InlineData("cosine()", "expected a name, or a name with numbers in parentheses")]
    [InlineData("cosine(x)", "expected a name, or a name with numbers in parentheses")]
    [InlineData("cosine(0.5)x", "expected a name, or a name with numbers in parentheses")]
    [InlineData("step(3,∞)", "expected a name, or a name with numbers in parentheses")]
    [InlineData("cosine(0.5,2)", "2 parameters found, at most 1 expected")]
    [InlineData("constant(1)", "1 parameters found, none expected")]
    [InlineData("cosine(2)", "what is left must be at least 0 and at most 1, found 2")]
    [InlineData("step(2.5)", "the number of parts must be at least 1 and at most 1000000")]
    [InlineData("one-cycle(-1)", "the part that rises must be at least 0 and at most 1, found -1")]
    [InlineData("one-cycel(0.5)", "did you mean 'one-cycle'")]
    public void WhatCannotBeReadIsSaid(string text, string message) =>
        Assert.Contains(message, Assert.Throws<UsageException>(() => LearningRateSchedule.Parse(text)).Message);

    [Fact]
    public void ParametersMeanWhatTheySay()
    {
        double[] step = [.. Enumerable.Range(0, 10).Select(n => LearningRateSchedule.Parse("step(5,0.5)").At(n, 10))];
        Assert.Equal([1, 1, 0.5, 0.5, 0.25, 0.25, 0.125, 0.125, 0.0625, 0.0625], step);
        Assert.Equal([1, 0.1, 0.01], Enumerable.Range(0, 3).Select(n => LearningRateSchedule.Parse("step").At(n, 3))); // to the bit
        Assert.Equal(0.1 + (0.9 / 2), LearningRateSchedule.Parse("cosine(0.1)").At(50, 100), 1e-15);
        Assert.Equal(0.5, LearningRateSchedule.Parse("exponential(0.5)").At(100, 100), 1e-15);
        Assert.Equal(Kernels.Lane<double>.Exp(new(-4.605170185988091 * 3 / 7)).Value, LearningRateSchedule.Parse("exponential").At(3, 7)); // to the bit
        var cycle = LearningRateSchedule.Parse("one-cycle(0.5,10,100)");
        Assert.Equal([0.1, 1, 0.001], new[] { cycle.At(0, 101), cycle.At(49, 98 + 2), cycle.At(100, 101) }, (a, b) => Math.Abs(a - b) < 1e-12);
        foreach (string rise in (string[])["0", "1"])
        {
            Assert.All(Enumerable.Range(0, 20), n => Assert.InRange(LearningRateSchedule.Parse($"one-cycle({rise})").At(n, 20), 0, 1));
            Assert.InRange(LearningRateSchedule.Parse($"one-cycle({rise})").At(0, 1), 0, 1);
        }

        var plateau = LearningRateSchedule.Parse("plateau(0.5,2)");
        foreach (double _ in new double[4])
        {
            plateau.AfterEpoch(1);
        }

        Assert.Equal(0.5, plateau.At(0, 1));
    }

    /// <summary>One of one's own has a name for options, checkpoints and the command line.</summary>
    [Fact]
    public void OneOfOnesOwn()
    {
        LearningRateSchedule.Register("inverse_root", given => new InverseRoot(given.Count > 0 ? given[0] : 1));
        Assert.Equal(0.5, LearningRateSchedule.Parse("inverse_root(2)").At(6, 0));
        Assert.Equal(("inverse_root", "inverse_root(2)"), ($"{LearningRateSchedule.Parse("inverse_root(1)")}", $"{LearningRateSchedule.Parse("inverse_root(2)")}"));
        new Training.TrainerOptions { Schedule = "inverse_root(2)" }.Validate();
        Assert.Contains("is called", Assert.Throws<ArgumentException>(() => LearningRateSchedule.Register("root", _ => new InverseRoot(1))).Message);
        Assert.Contains("expected a name without blanks", Assert.Throws<ArgumentException>(() => LearningRateSchedule.Register("a(b", _ => new InverseRoot(1))).Message);
        Assert.Throws<ArgumentException>(() => LearningRateSchedule.Register("inverse_root", _ => new InverseRoot(1)));
    }

    private sealed class InverseRoot(double length) : LearningRateSchedule
    {
        public override string Name => "inverse_root";

        public override IReadOnlyList<double> Parameters => [length];

        public override double At(long step, long steps) => 1 / Math.Sqrt(1 + (step / length));
    }

    [Fact]
    public void RatesArePyTorchsAtEveryStepOfRunsOfOneToTwoHundred()
    {
        using JsonDocument file = Golden.Open("golden-schedules.json.gz");
        foreach (JsonProperty golden in file.RootElement.GetProperty("schedules").EnumerateObject())
        {
            var schedule = LearningRateSchedule.Parse(golden.Name);
            double worst = 0;
            for (int steps = 1; steps <= 200; steps++)
            {
                double[] rates = Golden.Numbers(golden.Value[steps - 1]);
                Assert.Equal(steps, rates.Length);
                for (int step = 0; step < steps; step++)
                {
                    worst = Math.Max(worst, Apart(rates[step], schedule.At(step, steps), $"{golden.Name} at step {step} of {steps}"));
                }
            }

            TestContext.Current.TestOutputHelper?.WriteLine($"{golden.Name}: at most {worst:E1} apart");
        }
    }

    [Fact]
    public void WarmupIsPyTorchsLinear()
    {
        using JsonDocument file = Golden.Open("golden-schedules.json.gz");
        JsonElement golden = file.RootElement.GetProperty("warmup");
        for (int warmup = 0; warmup <= 200; warmup++)
        {
            double[] rates = Golden.Numbers(golden[warmup]);
            for (int step = 0; step < rates.Length; step++)
            {
                Apart(rates[step], Warmup.At(step, warmup), $"step {step} of {warmup} of warm-up");
            }
        }

        Assert.Equal(1, Warmup.At(long.MaxValue - 1, long.MaxValue), 1e-15);
    }

    [Fact]
    public void PlateausArePyTorchs()
    {
        using JsonDocument file = Golden.Open("golden-schedules.json.gz");
        foreach (JsonElement run in file.RootElement.GetProperty("plateau").EnumerateArray())
        {
            var schedule = LearningRateSchedule.Parse("plateau");
            foreach ((JsonElement loss, JsonElement rate) in run.GetProperty("losses").EnumerateArray().Zip(run.GetProperty("rates").EnumerateArray()))
            {
                schedule.AfterEpoch(loss.ValueKind == JsonValueKind.Null ? double.NaN : loss.GetDouble());
                Apart(rate.GetDouble(), schedule.At(0, 1), "plateau");
                string state = schedule.State;
                schedule = LearningRateSchedule.Parse("plateau"); // as if resumed
                schedule.State = state;
                Assert.Equal(state, schedule.State);
            }
        }
    }

    /// <summary>A loss that stands still is a plateau whatever its sign, one that falls by more than a part in 10 000 is none.</summary>
    [Theory]
    [InlineData(0.5)]
    [InlineData(-2)]
    [InlineData(0)]
    [InlineData(-1e-300)]
    [InlineData(1e300)]
    public void APlateauIsOfAnySign(double loss)
    {
        var still = LearningRateSchedule.Parse("plateau");
        var falling = LearningRateSchedule.Parse("plateau");
        for (int epoch = 0; epoch < 30; epoch++)
        {
            still.AfterEpoch(loss + (1e-5 * Math.Abs(loss) * Math.Cos(epoch))); // a fall of less than a part in 10 000
            falling.AfterEpoch(loss - (1.1e-4 * epoch * Math.Max(1e-9, Math.Abs(loss))));
        }

        Assert.Equal(0.01, still.At(0, 1), 1e-15);
        Assert.Equal(1, falling.At(0, 1));
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(double.NegativeInfinity)]
    public void WhatIsNotFiniteIsNeverTheBest(double loss)
    {
        foreach (double good in new double[] { 3, -3 })
        {
            var schedule = LearningRateSchedule.Parse("plateau");
            schedule.AfterEpoch(loss);
            Assert.Equal("Infinity 1 1", schedule.State);
            var resumed = LearningRateSchedule.Parse("plateau");
            resumed.State = schedule.State;
            resumed.AfterEpoch(good);
            Assert.Equal(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{good:R} 1 0"), resumed.State);
            resumed.AfterEpoch(loss);
            Assert.Equal(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{good:R} 1 1"), resumed.State);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("1 1")]
    [InlineData("NaN 1 0")]
    [InlineData("1 NaN 0")]
    [InlineData("1 2 0")]
    [InlineData("1 1 11")]
    [InlineData("1 1 -1")]
    [InlineData("1 1 x")]
    public void AStateThatIsNoneIsRefused(string state) =>
        Assert.Contains("schedule 'plateau'", Assert.Throws<ModelException>(() => LearningRateSchedule.Parse("plateau").State = state).Message, StringComparison.Ordinal);

    [Fact]
    public void APlateauIsElevenEpochsWithoutAnImprovement()
    {
        var schedule = LearningRateSchedule.Parse("plateau");
        After([2.0], 1);
        After(Enumerable.Repeat(2.0 * (1 - 1e-4), 10), 1); // exactly the threshold is no improvement
        After([2.0 * (1 - 1.1e-4)], 1);
        After(Enumerable.Repeat(1.9999, 10), 1);
        string state = schedule.State;
        After([1.9999], 0.1);
        After(Enumerable.Repeat(1.9999, 10), 0.1);
        After([3], 0.01);
        schedule = LearningRateSchedule.Parse("plateau");
        schedule.State = state;
        After([1.9999], 0.1);
        schedule = LearningRateSchedule.Parse("plateau");
        After([2.0], 1);
        After(Enumerable.Repeat(2.0 * (1 - 0.5e-4), 10), 1); // a little less is no improvement either
        After([2.0 * (1 - 0.5e-4)], 0.1);

        void After(IEnumerable<double> losses, double factor)
        {
            foreach (double loss in losses)
            {
                Assert.Equal(schedule.At(3, 5), schedule.At(4, 5));
                schedule.AfterEpoch(loss);
            }

            Assert.Equal(factor, schedule.At(0, 5), 1e-15);
        }
    }

    private static double Apart(double expected, double actual, string what)
    {
        double apart = Math.Abs(actual - expected) / expected;
        Assert.True(apart <= 1e-12, $"{what}: {actual:R} found, {expected:R} expected");
        return apart;
    }
}
