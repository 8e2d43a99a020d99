using Backprop.Tables.Schemas;

namespace Backprop.Tables.Inspection;

/// <summary>
/// What a model predicts on average where one column has one cell in all rows, and all other columns are as they are (Friedman 2001; scikit-learn's
/// partial_dependence, method "brute"). Cells are some that the table has: of numbers and dates those at evenly spaced quantiles, else the commonest.
/// </summary>
/// <remarks>Where the column goes along with others, some of these rows cannot be: the mean is over what never happens, too.</remarks>
/// <param name="Column">The column.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Cells">The cells, as text.</param>
/// <param name="Positions">Numbers: the same as numbers, in ascending order; dates: days since 1970. Empty for what has no order.</param>
/// <param name="Outputs">What is predicted: the labels of classes, or the targets.</param>
/// <param name="Means">[output][cell]: the mean probability of a class, or value in the target's own units.</param>
/// <param name="Rows">The rows that the means are over.</param>
public sealed record PartialDependence(string Column, FeatureKind Kind, IReadOnlyList<string> Cells, IReadOnlyList<double> Positions, IReadOnlyList<string> Outputs, IReadOnlyList<IReadOnlyList<double>> Means, int Rows);
