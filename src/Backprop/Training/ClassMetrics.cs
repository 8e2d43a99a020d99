namespace Backprop.Training;

/// <summary>How well one class is told from the others: scikit-learn's precision, recall and F1, which are 0 where nothing can be divided, and the area under its curve.</summary>
/// <param name="Precision">Of the rows that are said to be of the class, the part that is.</param>
/// <param name="Recall">Of the rows of the class, the part that is said to be.</param>
/// <param name="F1">The harmonic mean of the two.</param>
/// <param name="Auc">The chance that a row of the class ranks above another; NaN where all rows are of the class, or none.</param>
/// <param name="Support">The rows of the class, by their weights where they have any.</param>
public sealed record ClassMetrics(double Precision, double Recall, double F1, double Auc, double Support);
