namespace Backprop.Tables.Tests;

/// <summary>Norms that have nothing to normalise by are said before training.</summary>
public class NormDoubtsTests
{
    [Theory]
    [InlineData("1:tanh,layer_norm", 40, "layer 1: layer_norm over one unit")]
    [InlineData("4:tanh,layer_norm", 40, null)]
    [InlineData("4:tanh,batch_norm", 1, "every batch has one row")]
    [InlineData("4:tanh,batch_norm", 37, "the last batch of 37")]
    [InlineData("4:tanh,batch_norm", 40, null)]
    public void OneUnitOrOneRow(string network, int batch, string? said)
    {
        double[][] rows = [.. Enumerable.Range(0, 75).Select(n => new double[] { n % 7, n % 5 })];
        var model = TabularModel.Train(rows, [.. rows.Select(row => row[0] - row[1] + 0.5)], new() { Network = network, BatchSize = batch, Epochs = 1, Validation = 0 });
        string[] norms = [.. model.Notes.Select(note => note.Message).Where(message => message.Contains("_norm", StringComparison.Ordinal))];
        if (said is null)
        {
            Assert.Empty(norms);
        }
        else
        {
            Assert.Contains(said, Assert.Single(norms), StringComparison.Ordinal);
        }
    }
}
