using Backprop.Training;

namespace Backprop.Tests;

public sealed class ClassificationMetricsTests
{
    /// <summary>Infinite scores of both classes differ by NaN, which equals nothing, not even itself: ranking must end all the same.</summary>
    [Fact]
    public async Task Scores_that_are_not_numbers_do_not_hang_the_ranking()
    {
        double[] scores = [double.PositiveInfinity, double.PositiveInfinity, double.NaN, 1, 0, 1, double.NegativeInfinity, double.NegativeInfinity];
        Evaluation evaluation = await Task.Run(() => ClassificationMetrics.Compute(double.NaN, [0, 1, 1, 0], scores, 2, areProbabilities: false), TestContext.Current.CancellationToken)
            .WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        Assert.Equal(4, evaluation.Rows);
    }
}
