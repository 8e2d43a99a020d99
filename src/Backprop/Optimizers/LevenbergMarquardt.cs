using System.Globalization;
using System.Numerics;
using System.Runtime.CompilerServices;
using Backprop.Propagation;

namespace Backprop.Optimizers;

/// <summary>
/// Levenberg (1944) and Marquardt (1963), for losses that are sums of squares: θ ← θ − (JᵀJ + λI)⁻¹ g, J the Jacobian of the outputs of every row, from the
/// backward pass. λ begins at a thousandth of the greatest entry of the diagonal and follows what a step has brought against what JᵀJ had promised (Nielsen
/// 1999); a step that brings nothing is taken back, and tried again with more λ. It finds the size of its steps by itself: there is no learning rate.
/// An L2 penalty α adds α to the diagonal of the weights.
/// </summary>
public sealed class LevenbergMarquardt : Minimizer
{
    /// <summary>The most parameters: a matrix of them by them is kept, twice.</summary>
    public const int MostParameters = 5000;

    /// <summary>No option belongs to it.</summary>
    /// <exception cref="UsageException">An option is given.</exception>
    public LevenbergMarquardt(OptimizerOptions? options = null) : base(options ?? new())
    {
    }

    /// <inheritdoc/>
    public override string Name => "levenberg_marquardt";

    /// <inheritdoc/>
    protected override IReadOnlyList<string> OptionNames => [];

    /// <summary>Begins at the network's present parameters.</summary>
    /// <exception cref="UsageException">A loss that is no sum of squares, an L1 penalty, or more than <see cref="MostParameters"/> parameters.</exception>
    public override Minimization<T> Start<T>(Objective<T> objective)
    {
        ArgumentNullException.ThrowIfNull(objective);
        string loss = objective.Network.Definition.Loss.Name;
        if (loss is not ("squared_error" or "mean_squared_error"))
        {
            throw new UsageException($"optimizer '{Name}' needs a loss that is a sum of squares: {loss} found, squared_error or mean_squared_error expected; lbfgs takes any") { Settings = ["Loss", "Optimizer"] };
        }

        if (objective.L1 > 0)
        {
            throw new UsageException(string.Create(CultureInfo.InvariantCulture, $"optimizer '{Name}' needs a sum of squares: an L1 penalty of {objective.L1} found, an L2 penalty or none expected")) { Settings = ["L1", "Optimizer"] };
        }

        return objective.ParameterCount <= MostParameters
            ? new Search<T>(objective)
            : throw new UsageException(string.Create(CultureInfo.InvariantCulture, $"optimizer '{Name}' keeps a matrix of parameters by parameters: {objective.ParameterCount:N0} found, at most {MostParameters:N0} expected; lbfgs takes any number")) { Settings = ["Network", "Optimizer"] };
    }

    [ModuleInitializer]
    internal static void Register() => Register("levenberg_marquardt", options => new LevenbergMarquardt(options));

    private sealed class Search<T>(Objective<T> objective) : Minimization<T>(objective) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private const double First = 1e-3, Flat = 1e-12;
        private const int MostTries = 60;

        private readonly OutputJacobian<T> _jacobian = new(objective);
        private readonly NormalMatrix _matrix = new(objective.ParameterCount, objective.MostThreads);
        private readonly double[] _gradient = new double[objective.ParameterCount], _change = new double[objective.ParameterCount];
        private readonly T[] _start = new T[objective.ParameterCount], _there = new T[objective.ParameterCount];
        private double _damping = double.NaN, _growth = 2;

        protected override void Iterate(double learningRate)
        {
            ReadOnlySpan<int> places = Objective.Places;
            bool isFlat = true;
            for (int n = 0; n < _gradient.Length; n++)
            {
                _gradient[n] = double.CreateTruncating(Gradient[places[n]]);
                isFlat &= Math.Abs(_gradient[n]) <= Flat;
            }

            if (isFlat)
            {
                HasConverged = true;
                return;
            }

            _jacobian.Square(_matrix);
            double greatest = _matrix.GreatestOfDiagonal();
            _damping = double.IsNaN(_damping) ? First * (greatest > 0 ? greatest : 1) : _damping;
            Objective.CopyParameters(_start);
            for (int tries = 0; tries < MostTries; tries++)
            {
                if (_matrix.Solve(_damping, _gradient, _change))
                {
                    bool moves = false;
                    double promised = 0;
                    for (int n = 0; n < _start.Length; n++)
                    {
                        _there[n] = T.CreateTruncating(double.CreateTruncating(_start[n]) - _change[n]);
                        moves |= _there[n] != _start[n];
                        promised += 0.5 * _change[n] * ((_damping * _change[n]) + _gradient[n]);
                    }

                    if (!moves)
                    {
                        break;
                    }

                    Objective.SetParameters(_there);
                    double value = Objective.Evaluate(), kept = (Value - value) / promised;
                    if (value < Value) // false for NaN
                    {
                        Take(value);
                        double turn = (2 * kept) - 1;
                        _damping *= Math.Max(1.0 / 3, 1 - (turn * turn * turn));
                        _growth = 2;
                        return;
                    }
                }

                _damping *= _growth;
                _growth *= 2;
            }

            Objective.SetParameters(_start);
            HasConverged = true; // not even the shortest step brings anything
        }

        public override (string Numbers, T[][] Vectors) Save() => (string.Create(CultureInfo.InvariantCulture, $"{_damping:R} {_growth:R} {(HasConverged ? 1 : 0)}"), []);

        public override void Restore(string numbers, T[][] vectors)
        {
            ArgumentNullException.ThrowIfNull(numbers);
            ArgumentNullException.ThrowIfNull(vectors);
            string[] parts = numbers.Split(' ');
            if (parts.Length != 3 || vectors.Length > 0
                || !double.TryParse(parts[0], NumberStyles.Float, CultureInfo.InvariantCulture, out double damping)
                || !double.TryParse(parts[1], NumberStyles.Float, CultureInfo.InvariantCulture, out double growth))
            {
                throw new ModelException($"levenberg_marquardt: '{numbers}' found, the damping and its growth expected");
            }

            (_damping, _growth, HasConverged) = (damping, growth, parts[2] == "1");
        }
    }
}
