using Backprop.Optimizers.Schedules;

namespace Backprop.Tests;

/// <summary>Every schedule against its formula, written here once more with the platform's functions.</summary>
public class ScheduleTests
{
    private static readonly Dictionary<string, Func<double, double>> s_formulas = new(StringComparer.Ordinal)
    {
        ["constant"] = _ => 1,
        ["cosine"] = part => (1 + Math.Cos(Math.PI * part)) / 2,
        ["coslog4"] = part => (1 - Math.Cos(2 * Math.PI * Math.Log2(1 + (15 * part)))) / 2,
        ["exponential"] = part => Math.Pow(0.01, part),
        ["one-cycle"] = part => part < 0.3 ? 1 - (0.96 * (1 + Math.Cos(Math.PI * part / 0.3)) / 2) : 4e-6 + ((1 - 4e-6) * (1 + Math.Cos(Math.PI * (part - 0.3) / 0.7)) / 2),
        ["plateau"] = _ => 1,
        ["step"] = part => part < 1.0 / 3 ? 1 : part < 2.0 / 3 ? 0.1 : 0.01,
    };

    [Fact]
    public void FactorsAreThoseOfTheFormulas()
    {
        Assert.Equal(LearningRateSchedule.Names.Order(StringComparer.Ordinal), s_formulas.Keys.Order(StringComparer.Ordinal));
        foreach ((string name, Func<double, double> formula) in s_formulas)
        {
            var schedule = LearningRateSchedule.Parse(name);
            foreach (long steps in new long[] { 1, 2, 7, 10, 100, 1001 })
            {
                long last = name == "one-cycle" ? steps - 1 : steps; // of a single step it has no end
                for (long step = 0; step <= last; step++)
                {
                    Assert.Equal(formula(step / (double)steps), schedule.At(step, steps), 1e-13);
                }
            }

            Assert.Equal(name == "one-cycle" ? 1 : formula(0), schedule.At(0, 0), 1e-13); // without any step the peak is the start
        }

        Assert.Equal(4e-6, LearningRateSchedule.Parse("one-cycle").At(100, 100), 1e-17);
        Assert.Equal(4e-6, LearningRateSchedule.Parse("one-cycle").At(150, 100), 1e-17);
    }

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
}
