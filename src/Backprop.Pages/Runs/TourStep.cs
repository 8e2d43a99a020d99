using Backprop.Networks;

namespace Backprop.Pages.Runs;

/// <summary>A step of the guided tour: something to read, something to do, and whether it has been done.</summary>
/// <param name="Title">What it is about.</param>
/// <param name="Text">What is to be understood.</param>
/// <param name="ToDo">What is to be done.</param>
/// <param name="Section">Where on the page, as an anchor.</param>
/// <param name="IsDone">Whether it has been done since the step began.</param>
internal sealed record TourStep(string Title, string Text, string ToDo, string Section, Func<Workbench, TourStep.Start, bool> IsDone)
{
    /// <summary>From one weight to ΔW = −η δ xᵀ.</summary>
    public static IReadOnlyList<TourStep> All { get; } =
    [
        new(
            "One weight", "Every line is a weight: it says how much of one unit's activation reaches the next. Blue lines are above 0, orange ones below. What would the loss do if one of them were a little larger?",
            "Click a line of the drawing that is not picked yet.", "network-title",
            (bench, start) => bench.Parameter.IsWeight && bench.Parameter != start.Parameter),
        new(
            "One row, one product", "For one row the answer is a product: a factor for everything that the weight's change passes on its way to the loss, read from right to left. Point at a factor, and its lines light up above.",
            "Choose “One row” over the product; where one is shown already, choose another row.", "derivation",
            (bench, start) => !bench.State.OfBatch && (start.OfBatch || bench.State.Row != start.Row)),
        new(
            "Forward", "The factors need numbers that only the forward pass knows: p, what each unit adds up, and x = f(p), what it makes of it. They are kept on the way.",
            "Press “Begin”, then “Next” until you are at the loss.", "derivation",
            (bench, _) => bench.Stage is { } stage && (stage.IsLoss || stage.IsBackward)),
        new(
            "And back: δ", "The product begins with the same factors whatever weight of a layer is meant. Multiplied from the left they are δ, one number for each unit, and each layer's δ comes from that of the next: δ = f′(p) ∘ (Wᵀ δ of the next).",
            "Press “Next” until the last stage.", "derivation",
            (bench, _) => bench.StageIndex is { } at && at == bench.Stages.Count - 1),
        new(
            "One step", "The derivative says which way the loss grows; a step goes the other way: w′ = w − η ∂L/∂w, of the mean over a batch. Below the product stands what the next step will make of your weight.",
            "Press “One step”, and compare what was said with what was made.", "update",
            (bench, start) => bench.Latest?.Step > start.Step),
        new(
            "The whole layer: ΔW = −η δ xᵀ", "All weights of a layer share δ and x: ∂L/∂W[i,j] is δ[i] · x[j], so that the whole change is a column times a row. Your weight is the boxed entry.",
            "Pick another weight of the same layer: δ and x stay, only the box moves.", "update",
            (bench, start) => bench.Parameter.IsWeight && bench.Parameter.Layer == start.Parameter.Layer && bench.Parameter != start.Parameter),
    ];

    /// <summary>How things stood when a step began.</summary>
    /// <param name="At">Which step of the tour, from 1.</param>
    /// <param name="Parameter">The parameter that was looked at.</param>
    /// <param name="OfBatch">Whether a mean was derived.</param>
    /// <param name="Row">The row.</param>
    /// <param name="Step">The steps made.</param>
    internal sealed record Start(int At, ParameterName Parameter, bool OfBatch, int Row, long Step);
}
