using Backprop.Data;
using Backprop.Derivations;
using Backprop.Networks;
using Backprop.Pages.Runs;
using Backprop.Propagation;

namespace Backprop.Pages.Derivation;

/// <summary>Everything that the page says about one parameter at one moment of training, in double.</summary>
internal sealed class DerivedParameter
{
    private readonly PageState _state;
    private readonly Problem _problem;
    private ThreeWays? _ways;
    private Nudge? _nudge;

    private DerivedParameter(PageState state, Snapshot snapshot, Network<double> network, Dataset<double> rows, int[] rowNumbers, Problem problem, ParameterName parameter, SamplePasses passes, Gradient<double> gradient)
    {
        (_state, Snapshot, Network, Rows, RowNumbers, _problem, Parameter, Passes, Gradient) = (state, snapshot, network, rows, rowNumbers, problem, parameter, passes, gradient);
        Explanation = Explanation.Of(network, problem.All, rowNumbers[0], parameter);
        (Explanation.InputNames, Explanation.OutputNames) = (problem.FeatureNames, problem.OutputNames(network.Definition));
    }

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

    /// <summary>The derivative of the mean loss in three ways; computed when it is asked for.</summary>
    public ThreeWays Ways => _ways ??= ThreeWays.Of(Network, Rows, Gradient, Parameter);

    /// <summary>The same by back propagation alone.</summary>
    public double Derivative => Parameter.IsWeight ? Gradient.WeightGradients(Parameter.Layer)[(Parameter.Output * Network.Layers[Parameter.Layer - 1].Inputs) + Parameter.Input]
        : Parameter.IsBias ? Gradient.BiasGradients(Parameter.Layer)[Parameter.Output] : Ways.Backpropagation;

    /// <summary>The loss as the parameter moves; computed when it is asked for.</summary>
    /// <param name="pause">What is waited for after some of it; null: nothing.</param>
    public async Task<Nudge> Nudge(Func<Task>? pause = null) => _nudge ??= await Derivation.Nudge.Of(Network, Rows, Parameter, Derivative, pause);

    /// <summary>The value of the parameter.</summary>
    public double Value => Network.Get(Parameter);

    /// <summary>Whether a state looks at the same rows.</summary>
    public bool IsOf(PageState state) => (_state.Row, _state.OfBatch) == (state.Row, state.OfBatch);

    /// <summary>The rows whose mean loss a state derives.</summary>
    public static int[] RowsOf(Problem problem, PageState state, long step) =>
        state.OfBatch ? TrainingSession.NextBatch(problem, state, step) : [Math.Min(state.Row, problem.All.Rows - 1)];

    public static DerivedParameter Of(Snapshot snapshot, Problem problem, PageState state, ParameterName parameter)
    {
        Network<double> network = snapshot.Network.Convert<double>();
        int[] numbers = RowsOf(problem, state, snapshot.Step);
        Dataset<double> rows = state.OfBatch ? problem.All.Select(numbers) : problem.Alone(numbers[0]);
        using var backward = new Backpropagation<double>(network, rows.Rows, threads: 1);
        return new(state, snapshot, network, rows, numbers, problem, parameter, SamplePasses.Of(network, problem.All, numbers[0]), backward.Run(rows));
    }

    /// <summary>The same of another parameter: passes and gradient are those that there are.</summary>
    public DerivedParameter Of(ParameterName parameter) => new(_state, Snapshot, Network, Rows, RowNumbers, _problem, parameter, Passes, Gradient);
}
