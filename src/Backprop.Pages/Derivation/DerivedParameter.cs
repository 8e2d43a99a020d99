using Backprop.Data;
using Backprop.Derivations;
using Backprop.Networks;
using Backprop.Pages.Runs;
using Backprop.Propagation;

namespace Backprop.Pages.Derivation;

/// <summary>Everything that the page says about one parameter at one moment of training, in double.</summary>
internal sealed class DerivedParameter
{
    private readonly (int Row, bool OfBatch) _of;
    private Nudge? _nudge;

    private DerivedParameter(PageState state, Snapshot snapshot, Network<double> network, Dataset<double> rows, int[] rowNumbers, ParameterName parameter, SamplePasses passes, Explanation explanation, Gradient<double> gradient, ThreeWays ways) =>
        (_of, Snapshot, Network, Rows, RowNumbers, Parameter, Passes, Explanation, Gradient, Ways) = ((state.Row, state.OfBatch), snapshot, network, rows, rowNumbers, parameter, passes, explanation, gradient, ways);

    public Snapshot Snapshot { get; }

    public Network<double> Network { get; }

    /// <summary>The row, or the rows of the mini-batch.</summary>
    public Dataset<double> Rows { get; }

    /// <summary>Which rows those are.</summary>
    public int[] RowNumbers { get; }

    public ParameterName Parameter { get; }

    /// <summary>The passes of the first of the rows.</summary>
    public SamplePasses Passes { get; }

    /// <summary>The product for the first of the rows.</summary>
    public Explanation Explanation { get; }

    /// <summary>The gradient of the mean loss.</summary>
    public Gradient<double> Gradient { get; }

    /// <summary>The derivative of the mean loss.</summary>
    public ThreeWays Ways { get; }

    /// <summary>The loss as the parameter moves; computed when it is asked for.</summary>
    public Nudge Nudge => _nudge ??= new(Network, Rows, Parameter, Ways.Recursion);

    /// <summary>The value of the parameter.</summary>
    public double Value => Network.Get(Parameter);

    /// <summary>Whether a state looks at the same rows.</summary>
    public bool IsOf(PageState state) => _of == (state.Row, state.OfBatch);

    /// <summary>The rows whose mean loss a state derives.</summary>
    public static int[] RowsOf(Problem problem, PageState state, long step) =>
        state.OfBatch ? TrainingSession.NextBatch(problem, state, step) : [Math.Min(state.Row, problem.All.Rows - 1)];

    public static DerivedParameter Of(Snapshot snapshot, Problem problem, PageState state, ParameterName parameter)
    {
        Network<double> network = snapshot.Network.Convert<double>();
        int[] numbers = RowsOf(problem, state, snapshot.Step);
        Dataset<double> rows = state.OfBatch ? problem.All.Select(numbers) : problem.Alone(numbers[0]);
        using var backward = new Backpropagation<double>(network, rows.Rows, threads: 1);
        Gradient<double> gradient = backward.Run(rows);
        var explanation = Explanation.Of(network, problem.All, numbers[0], parameter);
        (explanation.InputNames, explanation.OutputNames) = (problem.FeatureNames, problem.OutputNames(network.Definition));
        return new(
            state, snapshot, network, rows, numbers, parameter, SamplePasses.Of(network, problem.All, numbers[0]),
            explanation, gradient, ThreeWays.Of(network, rows, gradient, parameter));
    }
}
