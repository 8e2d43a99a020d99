using Backprop.Data;
using Backprop.Pages.Runs;

namespace Backprop.Cli.Tests.Pages;

public sealed class PlaneDataTests
{
    public static TheoryData<string> Names => [.. PlaneData.ClassNames];

    [Theory]
    [MemberData(nameof(Names))]
    public void The_same_seed_gives_the_same_points_of_two_balanced_classes_in_the_square(string name)
    {
        Dataset<double> data = PlaneData.Make(name, 200, 0.2, 7), again = PlaneData.Make(name, 200, 0.2, 7), other = PlaneData.Make(name, 200, 0.2, 8);
        Assert.Equal(data.Features.ToArray(), again.Features.ToArray());
        Assert.NotEqual(data.Features.ToArray(), other.Features.ToArray());
        Assert.Equal(100, data.Targets.ClassIndices.ToArray().Count(c => c == 1));
        Assert.All(data.Features.ToArray(), value => Assert.InRange(value, -PlaneData.Extent, PlaneData.Extent));
        Assert.All(data.Features.ToArray(), value => Assert.Equal(value, (double)(float)value));
    }

    [Fact]
    public void Without_noise_classes_lie_apart()
    {
        Dataset<double> circles = PlaneData.Make("circles", 400, 0, 1), xor = PlaneData.Make("xor", 400, 0, 1);
        for (int row = 0; row < 400; row++)
        {
            double radius = Math.Sqrt((circles.Row(row)[0] * circles.Row(row)[0]) + (circles.Row(row)[1] * circles.Row(row)[1]));
            Assert.Equal(circles.Targets.ClassIndices[row] == 1, radius > 2);
            Assert.Equal(xor.Targets.ClassIndices[row] == 0, xor.Row(row)[0] * xor.Row(row)[1] > 0);
        }
    }

    [Fact]
    public void Values_are_those_of_the_points()
    {
        Dataset<double> slope = PlaneData.Make("slope", 400, 0, 1), hills = PlaneData.Make("hills", 400, 0, 1), again = PlaneData.Make("hills", 400, 0, 1);
        Assert.Equal(hills.Features.ToArray(), again.Features.ToArray());
        for (int row = 0; row < 400; row++)
        {
            (double x, double y) = (slope.Row(row)[0], slope.Row(row)[1]);
            Assert.Equal(0.2 * (x + y), slope.Targets[row, 0], 1e-6);
            (x, y) = (hills.Row(row)[0], hills.Row(row)[1]);
            // the sign is that of a chessboard of 2 wide and 2.5 high tiles, whose outer ones are as wide as there is data
            double sign = (Math.Abs(x) < 1 ? -1 : 1) * (y > 0 ? 1 : -1), value = hills.Targets[row, 0];
            double centre = Math.Abs(x) < 1 ? 0 : 2 * Math.Sign(x), away = Math.Sqrt(Math.Pow(x - centre, 2) + Math.Pow(Math.Abs(y) - 1.25, 2));
            Assert.Equal(away < 1 ? sign * (1 - away) : 0, value, 1e-6);
        }

        Assert.Contains(Enumerable.Range(0, 400), row => hills.Targets[row, 0] > 0.8);
        Assert.Contains(Enumerable.Range(0, 400), row => hills.Targets[row, 0] < -0.8);
    }

    [Fact]
    public void Features_are_made_of_the_coordinates()
    {
        double[] made = new double[7];
        PlaneFeatures.Make(PlaneFeatures.Parse("x1,x2,x1x1,x2x2,x1x2,sin1,sin2"), 1.5, -0.5, made);
        Assert.Equal([1.5, -0.5, 2.25, 0.25, -0.75, 0.9974949866040544, -0.479425538604203], made, (a, b) => Math.Abs(a - b) < 1e-7);
        Assert.All(made, value => Assert.Equal(value, (double)(float)value));
        Assert.Equal("x1,x1x1,sin2", PlaneFeatures.With("x1,sin2", "x1x1", isOn: true));
        Assert.Equal("sin2", PlaneFeatures.With("x1,sin2", "x1", isOn: false));
        Assert.Equal("", PlaneFeatures.With("x1", "x1", isOn: false));
    }

    [Theory]
    [InlineData("", "'' found, one or more of x1, x2, x1x1")]
    [InlineData("x1,x1", "each once")]
    [InlineData("x1,sin3", "sin1")]
    public void Features_that_are_none_are_said(string features, string part) =>
        Assert.Contains(part, Assert.Throws<UsageException>(() => PlaneFeatures.Parse(features)).Message, StringComparison.Ordinal);

    [Fact]
    public void An_unknown_name_gets_the_nearest_suggested() =>
        Assert.Contains("spiral", Assert.Throws<UsageException>(() => PlaneData.Make("spirl", 10, 0, 0)).Message, StringComparison.Ordinal);
}
