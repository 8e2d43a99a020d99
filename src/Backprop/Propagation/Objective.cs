using System.Numerics;
using Backprop.Data;
using Backprop.Kernels;
using Backprop.Networks;
using Backprop.Propagation.Schedules;

namespace Backprop.Propagation;

/// <summary>
/// What training makes small, as a function of θ: the mean loss over all rows and the penalties λ‖W‖₁ + (α/2)‖W‖², with its gradient, planned
/// once and without copies: for a minimizer of your own. Set <see cref="Parameters"/>, call <see cref="Evaluate()"/>, read <see cref="Gradient"/>.
/// There is no dropout: the same θ has the same value, to the last bit, on any threads and vectors. One instance serves one caller at a time.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed unsafe class Objective<T> : IDisposable where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int MostTogether = 512;

    private readonly Backpropagation<T> _pass;
    private readonly int[] _places;
    private Gradient<T>? _gradient;

    /// <summary>Plans the buffers.</summary>
    /// <param name="network">The network; its parameters are θ.</param>
    /// <param name="data">The rows, weighted where they have weights.</param>
    /// <param name="l1">λ of λ‖W‖₁; biases are not penalised. Where a weight is 0, its derivative is taken for 0.</param>
    /// <param name="l2">α of (α/2)‖W‖²; biases are not penalised.</param>
    /// <param name="threads">Threads at most; 0: one for each processor. The result is the same.</param>
    /// <exception cref="DataException">Data that do not fit the network.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A penalty below 0 or not finite, or threads below 0.</exception>
    public Objective(Network<T> network, Dataset<T> data, double l1 = 0, double l2 = 0, int threads = 0) : this(network, data, l1, l2, threads, VectorPaths.Current)
    {
    }

    internal Objective(Network<T> network, Dataset<T> data, double l1, double l2, int threads, VectorPath vectors)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(data);
        Require(l1, nameof(l1));
        Require(l2, nameof(l2));
        Fit.Require(network.Definition, data, targets: true);
        (Network, Data, L1, L2, MostThreads, _places) = (network, data, l1, l2, threads, [.. PlacesOf(network)]);
        _pass = new(network, Math.Min(data.Rows, MostTogether), threads, vectors);

        static void Require(double penalty, string name)
        {
            if (!(penalty >= 0) || !double.IsFinite(penalty))
            {
                throw new ArgumentOutOfRangeException(name, penalty, "a finite number of at least 0 expected");
            }
        }
    }

    /// <summary>The network whose parameters are θ.</summary>
    public Network<T> Network { get; }

    /// <summary>The rows.</summary>
    public Dataset<T> Data { get; }

    /// <summary>λ of λ‖W‖₁.</summary>
    public double L1 { get; }

    /// <summary>α of (α/2)‖W‖².</summary>
    public double L2 { get; }

    /// <summary>The threads that really run.</summary>
    public int Threads => _pass.Team.Count;

    /// <summary>Those threads, free between two evaluations.</summary>
    internal WorkerTeam Team => _pass.Team;

    /// <summary>The threads that may run.</summary>
    internal int MostThreads { get; }

    /// <summary>Where the parameters that there are lie, in the order of <see cref="CopyParameters"/>.</summary>
    internal ReadOnlySpan<int> Places => _places;

    /// <summary>The parameters that there are: without padding.</summary>
    public int ParameterCount => _places.Length;

    /// <summary>
    /// θ, the network's own memory: what is written is the network's from <see cref="Evaluate()"/> on. It lies as the products read it, and between
    /// layers there are numbers that are no parameters: they are 0, their derivatives are too, and <see cref="Evaluate()"/> sets back what was written there.
    /// A minimizer that goes by sums over all of θ need not know of them; for one that must not see any, <see cref="CopyParameters"/> and <see cref="SetParameters"/>.
    /// </summary>
    public Span<T> Parameters => Network.Parameters.Span;

    /// <summary>∇, laid out as <see cref="Parameters"/>, of the last evaluation; the next one overwrites it.</summary>
    /// <exception cref="InvalidOperationException">Nothing has been evaluated yet.</exception>
    public ReadOnlySpan<T> Gradient => (_gradient ?? throw new InvalidOperationException("a gradient before the first Evaluate")).Buffer.Span;

    /// <summary>The mean loss of the last evaluation, without the penalties; NaN before the first.</summary>
    public double Loss { get; private set; } = double.NaN;

    /// <summary>Loss and penalties at θ; the gradient is then in <see cref="Gradient"/>. Allocates nothing. What is not finite is returned as it is.</summary>
    /// <exception cref="ObjectDisposedException">The objective has been disposed of.</exception>
    public double Evaluate()
    {
        ClearPadding();
        Network.Touch(); // θ was written past the network
        _gradient = _pass.Run(Data);
        Loss = _gradient.Loss;
        return Loss + AddPenalties(_gradient.Buffer);
    }

    /// <summary>The same at a θ of <see cref="ParameterCount"/> numbers, in the order of <see cref="CopyParameters"/>, for libraries that have their own arrays.</summary>
    /// <param name="parameters">θ, which becomes the network's.</param>
    /// <param name="gradient">∇, in the same order.</param>
    /// <exception cref="ArgumentException">Not <see cref="ParameterCount"/> numbers.</exception>
    /// <exception cref="ObjectDisposedException">The objective has been disposed of.</exception>
    public double Evaluate(ReadOnlySpan<T> parameters, Span<T> gradient)
    {
        Require(gradient.Length, nameof(gradient));
        SetParameters(parameters);
        double value = Evaluate();
        CopyGradient(gradient);
        return value;
    }

    /// <summary>θ without padding: <see cref="Network{T}.Blocks"/> in their order, each row-major: for a dense layer W_ℓ [Out×In], then b_ℓ.</summary>
    /// <exception cref="ArgumentException">Not <see cref="ParameterCount"/> numbers.</exception>
    public void CopyParameters(Span<T> parameters) => Gather(Parameters, parameters, nameof(parameters));

    /// <summary>The gradient of the last evaluation in the same order.</summary>
    /// <exception cref="ArgumentException">Not <see cref="ParameterCount"/> numbers.</exception>
    /// <exception cref="InvalidOperationException">Nothing has been evaluated yet.</exception>
    public void CopyGradient(Span<T> gradient) => Gather(Gradient, gradient, nameof(gradient));

    /// <summary>Sets θ from numbers in the same order.</summary>
    /// <exception cref="ArgumentException">Not <see cref="ParameterCount"/> numbers.</exception>
    public void SetParameters(ReadOnlySpan<T> parameters)
    {
        Require(parameters.Length, nameof(parameters));
        for (int n = 0; n < _places.Length; n++)
        {
            Parameters[_places[n]] = parameters[n];
        }

        Network.Touch();
    }

    /// <summary>Ends the threads. Not while it evaluates; once more does nothing.</summary>
    public void Dispose() => _pass.Dispose();

    private void Gather(ReadOnlySpan<T> from, Span<T> to, string name)
    {
        Require(to.Length, name);
        for (int n = 0; n < _places.Length; n++)
        {
            to[n] = from[_places[n]];
        }
    }

    private void Require(int found, string name)
    {
        if (found != _places.Length)
        {
            throw new ArgumentException($"{found} numbers found, the {_places.Length} parameters of {Network.Definition} expected", name);
        }
    }

    /// <summary>Adds the penalties' gradient, and returns their value.</summary>
    private double AddPenalties(AlignedBuffer<T> gradient)
    {
        double absolute = 0, squares = 0;
        if (L1 == 0 && L2 == 0)
        {
            return 0;
        }

        foreach (ParameterPanels part in Network.Panels)
        {
            for (int column = 0; column < part.Columns && part.PenalisedRows > 0; column += Layout.PanelWidth<T>())
            {
                long begin = part.Index<T>(0, column), end = begin + ((long)part.PenalisedRows * Layout.WidthAt<T>(column, part.Columns));
                for (long n = begin; n < end; n++)
                {
                    double w = double.CreateTruncating(Network.Parameters.Pointer[n]), g = double.CreateTruncating(gradient.Pointer[n]);
                    absolute += Math.Abs(w);
                    squares = Math.FusedMultiplyAdd(w, w, squares);
                    gradient.Pointer[n] = T.CreateTruncating(Math.FusedMultiplyAdd(L2, w, g) + (w > 0 ? L1 : w < 0 ? -L1 : 0));
                }
            }
        }

        return (L1 * absolute) + (0.5 * L2 * squares);
    }

    private void ClearPadding()
    {
        foreach (ParameterPanels part in Network.Panels)
        {
            for (int row = 0; row < part.Rows; row++)
            {
                for (int column = part.Columns; column < Layout.Pad<T>(part.Columns); column++)
                {
                    Network.Parameters.Pointer[part.Index<T>(row, column)] = T.Zero;
                }
            }
        }
    }

    private static IEnumerable<int> PlacesOf(Network<T> network) =>
        network.Blocks.Where(block => block.IsTrained).SelectMany(block => Enumerable.Range(0, block.Length).Select(n => (int)block.IndexOf(n)));
}
