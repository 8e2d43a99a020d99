using Backprop.Data;
using Backprop.Pages.Runs;

namespace Backprop.Cli.Tests.Pages;

public sealed class PlaneDataTests
{
    public static TheoryData<string> Names => [.. PlaneData.Names];

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
    public void An_unknown_name_gets_the_nearest_suggested() =>
        Assert.Contains("spiral", Assert.Throws<UsageException>(() => PlaneData.Make("spirl", 10, 0, 0)).Message, StringComparison.Ordinal);
}
