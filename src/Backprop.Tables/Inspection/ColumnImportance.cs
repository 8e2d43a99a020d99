namespace Backprop.Tables.Inspection;

/// <summary>How much worse a model becomes where one column says nothing.</summary>
/// <param name="Column">The column of the table.</param>
/// <param name="Losses">What is lost in each repeat, in the unit of the metric: positive where the permuted column makes it worse, about 0 where the column does not matter.</param>
public sealed record ColumnImportance(string Column, IReadOnlyList<double> Losses)
{
    /// <summary>The mean of <see cref="Losses"/>.</summary>
    public double Mean => Losses.Average();

    /// <summary>Their standard deviation, √(Σ (x − mean)² / n): scikit-learn's importances_std.</summary>
    public double Spread
    {
        get
        {
            double mean = Mean;
            return Math.Sqrt(Losses.Average(loss => (loss - mean) * (loss - mean)));
        }
    }
}
