namespace Backprop.Optimizers;

/// <summary>One named quantity on the way from a parameter's gradient to its new value.</summary>
/// <param name="Symbol">Its symbol, as later formulas have it: <c>m′</c>.</param>
/// <param name="Meaning">What it is, in words.</param>
/// <param name="Formula">How it is made: <c>β₁ · m + (1 − β₁) · g</c>.</param>
/// <param name="Numbers">The same with numbers in the place of symbols.</param>
/// <param name="Value">What it comes to, in double.</param>
/// <param name="IsMove">Whether it is added to the parameter: w′ is w and all that is.</param>
public sealed record UpdateTerm(string Symbol, string Meaning, string Formula, string Numbers, double Value, bool IsMove);
