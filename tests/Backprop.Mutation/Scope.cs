namespace Backprop.Mutation;

/// <summary>Which members of src/Backprop hold mathematics, and which tests see their faults first.</summary>
internal static class Scope
{
    private const string Golden = "*.LossesAndGradientsArePyTorchs", Updates = "*.OptimizersTakePyTorchsSteps";
    private const string Worked = "Backprop.Tests.WorkedExamplesTests", ThreeWays = "Backprop.Tests.ThreeWaysTests";
    private const string Training = "Backprop.Tests.TrainingTests", Narrow = "Backprop.Tests.NarrowPassTests", Document = "Backprop.Tests.BackPropagationDocumentTests";
    private const string Schedules = "Backprop.Tests.ScheduleTests", Initializers = "Backprop.Tests.InitializerTests", Metrics = "Backprop.Tests.MetricsTests", Steps = "Backprop.Tests.TrainingStepTests";
    private const string Parts = "Backprop.Tests.LayerPartTests", GoldenParts = "Backprop.Tests.GoldenPartsTests", PartDerivations = "Backprop.Tests.LayerPartDerivationTests";
    private const string Minimizers = "Backprop.Tests.MinimizerTests", Inputs = "Backprop.Tests.InputTests", InputDerivations = "Backprop.Tests.InputDerivationTests", Means = "Backprop.Tests.WeightAverageTests";
    private const string Edges = "Backprop.Tests.EdgeValuesTests";

    // A path or a folder, its members (all where there are none), and what is run first of the tests, quick ones first: classes, or a method after *. (all tests come last anyway).
    private static readonly (string Path, string[] Members, string[] Tests)[] s_scopes =
    [
        ("Activations/", [], [Golden, Edges, ThreeWays]),
        ("Losses/", [], [Golden, Edges, ThreeWays]),
        ("Optimizers/Schedules/", [], [Schedules]),
        ("Optimizers/Lbfgs.cs", [], [Minimizers]),
        ("Optimizers/LevenbergMarquardt.cs", [], [Minimizers]),
        ("Optimizers/NormalMatrix.cs", [], [Minimizers]),
        ("Optimizers/Minimization.cs", [], [Minimizers]),
        ("Optimizers/", [], [Updates, Steps]),
        ("Inputs/", [], [Inputs, InputDerivations]),
        ("Propagation/OutputJacobian.cs", ["Square", "Fill", "Derivatives"], [Minimizers]),
        ("Networks/Initializer.cs", [], [Initializers]),
        ("Networks/OrthogonalInitializer.cs", [], [Initializers]),
        ("Networks/PyTorchInitializer.cs", [], [Initializers]),
        ("Networks/ScaledInitializer.cs", [], [Initializers]),
        ("Propagation/Passes/ForwardPass.cs", [], [Golden, Steps, Training]),
        ("Propagation/Passes/BackwardPass.cs", [], [Golden, Steps, Training]),
        ("Propagation/Passes/OutputPass.cs", ["Run", "Group", "SumLosses", "SumOfGroup", "Widen"], [Golden, Training]),
        ("Propagation/BatchScales.cs", [], [Golden, Training]),
        ("Propagation/GradientSections.cs", ["CountOf", "Sums"], [Golden, Training]),
        ("Propagation/GradientSections.cs", ["Sum"], [Training, Golden]),
        ("Propagation/Samples.cs", ["Gather", "AddLosses"], [Golden, Training]),
        ("Propagation/Stages/ActivationStage.cs", [], [Golden, Training]),
        ("Layers/Dropout.cs", [], [Steps, Training]),
        ("Layers/LayerNorm.cs", [], [PartDerivations, GoldenParts, Parts]),
        ("Layers/BatchNorm.cs", [], [PartDerivations, GoldenParts, Parts]),
        ("Layers/Residual.cs", [], [PartDerivations, GoldenParts, Parts]),
        ("Propagation/Schedules/UnitPhase.cs", ["Begin", "Run"], [Golden, Training]),
        ("Propagation/Schedules/SectionPhase.cs", ["Run"], [Golden, Training]),
        ("Propagation/ParameterTiles.cs", ["Divide", "Inputs", "Offset", "Size"], [Golden, Training]),
        ("Propagation/Passes/NarrowPass.cs", ["Run", "SpreadBiases", "Gather", "Forward", "Output", "Backward", "SumSamples", "Transpose", "SumLanes", "SumsOf"], [Golden, Narrow, Training]),
        ("Derivations/UnrolledDerivative.cs", ["Forward", "Derivative", "Base", "AtOutput", "Factors", "PastAndThrough"], [Worked, ThreeWays, Document, PartDerivations]),
        ("Derivations/PlainForward.cs", ["Run", "With", "From", "Behind", "Sum"], [Worked, ThreeWays, PartDerivations]),
        ("Derivations/PlainLayer.cs", ["Times"], [PartDerivations]),
        ("Derivations/BatchDerivation.cs", ["Derivative", "Base", "ThroughNorm", "Delta", "Products", "Sum", "Run", "Layer", "Normalise"], [PartDerivations]),
        ("Derivations/BatchUnrolling.cs", ["Factors", "AtOutput", "OfLayer", "BatchJacobian", "Jacobians"], [PartDerivations]),
        ("Derivations/DerivativeFactor.cs", ["Times", "MixRows", "Elementwise", "ShapeOf"], [PartDerivations, Worked]),
        ("Derivations/NumericalGradient.cs", ["Derivative", "Differences"], [ThreeWays]),
        ("Derivations/GradientCheck.cs", ["Difference", "Tolerance", "Run", "Worse", "Relative"], [ThreeWays]),
        ("Derivations/OperationCounts.cs", [], [Document, PartDerivations]),
        ("Training/TrainingStep.cs", ["Run", "PropagateAll", "UpdateTile", "UpdateClippedTile", "Update", "SumOfSquares", "Sum"], [Updates, Steps, Training]),
        ("Training/Trainer.cs", ["Warmup"], [Steps]),
        ("Training/RunningStatistics.cs", ["Estimate", "Restore"], [Means]),
        ("Training/WeightAverage.cs", [], [Means]),
        ("Training/ClassificationMetrics.cs", [], [Metrics]),
        ("Training/RegressionMetrics.cs", [], [Metrics]),
        ("Training/Evaluator.cs", ["Evaluate", "IsBinary", "Probabilities"], [Metrics]),
    ];

    // What is no formula: names, text, registration and ranges of options. (Of registrations and ranges the defaults are taken all the same.)
    private static readonly HashSet<string> s_without = new(StringComparer.Ordinal)
    {
        "Name", "ParameterName", "Alpha", "Parameter", "Kinks", "IsElementwise", "IsAnalytic", "IsFused", "Names", "Parse", "Create", "Custom", "Within", "Accepts", "ToString",
        "Equals", "GetHashCode", "StateNames", "OptionNames", "State", "Given", "Check", "AddMargins", "Visit", "TargetCount",
    };

    private static readonly string[] s_withoutFiles = ["Optimizers/OptimizerOptions.cs", "Activations/CustomActivation.cs", "Losses/CustomLoss.cs", "Optimizers/ParameterUpdate.cs", "Losses/Loss.cs", "Activations/ActivationFunction.cs"];

    public static bool Has(string file) => !s_withoutFiles.Contains(file) && s_scopes.Any(scope => Covers(scope.Path, file));

    public static bool Has(string file, string member)
    {
        string[] members = Of(file).Members;
        return members.Length > 0 ? members.Contains(member) : !s_without.Contains(member);
    }

    public static string[] Tests(string file) => Of(file).Tests;


    private static (string Path, string[] Members, string[] Tests) Of(string file) => s_scopes.First(scope => Covers(scope.Path, file));

    private static bool Covers(string path, string file) => path.EndsWith('/') ? file.StartsWith(path, StringComparison.Ordinal) : file == path;
}
