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
        Assert.Equal(LearningRateSchedule.Names.Order(StringComparer.Ordinal), s_formulas.Keys.Append("one-cycle").Order(StringComparer.Ordinal));
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
