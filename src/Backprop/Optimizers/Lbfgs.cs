using System.Globalization;
using System.Numerics;
using System.Runtime.CompilerServices;
using Backprop.Propagation;

namespace Backprop.Optimizers;

/// <summary>
/// L-BFGS (Liu and Nocedal 1989): d = −H g, H the inverse Hessian as the last <see cref="HistorySize"/> steps s and changes of the gradient y tell it
/// (two loops, H₀ = s·y / y·y), and a step t along d that meets the strong Wolfe conditions (c₁ = 1e-4, c₂ = 0.9), found by cubic interpolation.
/// All as PyTorch's LBFGS(line_search_fn="strong_wolfe", max_iter=1), a step a call, but for three things: a value that is not finite is a step too far;
/// small steps are remembered too (PyTorch forgets those of s·y ≤ 1e-10, and then crawls); and where no step brings anything the history is given up once before the search is over. η is the first t that is tried: 1 fits but where H knows
/// nothing yet, and there it is divided by Σ|g| if that is above 1.
/// </summary>
public sealed class Lbfgs : Minimizer
{
    /// <summary>The learning rate, if it is given.</summary>
    /// <exception cref="UsageException">It is out of its range, or an option is given that the minimizer does not have.</exception>
    public Lbfgs(OptimizerOptions? options = null) : this(100, 1e-9, 0, options)
    {
    }

    /// <summary>The same with other bounds.</summary>
    /// <param name="historySize">The steps that are remembered, at least 1: each takes twice the memory of the parameters. 100 unless given.</param>
    /// <param name="toleranceGradient">The search is over where no derivative is greater. 1e-9 unless given.</param>
    /// <param name="toleranceChange">… where a step of 1 would bring less, by the slope; and a line search where its bracket moves no parameter by more. 0 unless given: what rounding leaves of the loss ends it.</param>
    /// <param name="options">The learning rate.</param>
    /// <exception cref="UsageException">One of them is out of its range.</exception>
    public Lbfgs(int historySize, double toleranceGradient, double toleranceChange, OptimizerOptions? options = null) : base(options ?? new())
    {
        HistorySize = (int)Check("history size", historySize, 1, int.MaxValue);
        ToleranceGradient = Check("tolerance of the gradient", toleranceGradient, 0, double.PositiveInfinity);
        ToleranceChange = Check("tolerance of the change", toleranceChange, 0, double.PositiveInfinity);
    }

    /// <inheritdoc/>
    public override string Name => "lbfgs";

    /// <summary>The steps that are remembered.</summary>
    public int HistorySize { get; }

    /// <summary>The search is over where no derivative is greater.</summary>
    public double ToleranceGradient { get; }

    /// <summary>… or where a step of 1 would bring less.</summary>
    public double ToleranceChange { get; }

    /// <inheritdoc/>
    protected override IReadOnlyList<string> OptionNames => ["learning-rate"];

    /// <inheritdoc/>
    public override Minimization<T> Start<T>(Objective<T> objective) => new Search<T>(this, objective);

    [ModuleInitializer]
    internal static void Register() => Register("lbfgs", options => new Lbfgs(options));

    /// <summary>A point of the line: t, the value there, and its slope.</summary>
    private readonly record struct Point(double At, double Value, double Slope);

    private sealed class Search<T>(Lbfgs options, Objective<T> objective) : Minimization<T>(objective) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        private const double C1 = 1e-4, C2 = 0.9;
        private const int MostLooks = 25;

        private static readonly double s_rounding = 2 * double.CreateTruncating(T.BitIncrement(T.One) - T.One); // of a value: less is no progress

        private readonly List<(T[] Step, T[] Change, double Factor)> _history = [];
        private readonly T[] _start = new T[objective.Parameters.Length], _direction = new T[objective.Parameters.Length], _before = new T[objective.Parameters.Length];
        private double _scale = 1, _step;
        private (double At, double Value) _looked;
        private long _steps;

        protected override void Iterate(double learningRate)
        {
            double largest = 0, sum = 0;
            foreach (T derivative in Gradient)
            {
                double size = Math.Abs(double.CreateTruncating(derivative));
                (largest, sum) = (Math.Max(largest, size), sum + size);
            }

            if (largest <= options.ToleranceGradient)
            {
                HasConverged = true;
                return;
            }

            if (learningRate == 0)
            {
                return; // a step of no length: nothing is learned of the function, nothing has converged
            }

            Remember();
            FindDirection();
            Gradient.CopyTo(_before);
            double slope = Dot(Gradient, _direction);
            if (!(slope <= -options.ToleranceChange) || slope == 0)
            {
                GiveUp();
                return;
            }

            Objective.Parameters.CopyTo(_start);
            double first = _steps == 1 ? Math.Min(1, 1 / sum) * learningRate : learningRate;
            _step = SearchLine(first, new(0, Value, slope));
            if (_looked.At != _step)
            {
                _ = Look(_step); // the best point was not the last
            }

            bool bringsNothing = !(Value - _looked.Value > s_rounding * Math.Abs(Value));
            Take(_looked.Value);
            if (bringsNothing)
            {
                GiveUp();
            }
        }

        /// <summary>What the last step has taught.</summary>
        private void Remember()
        {
            if (++_steps == 1)
            {
                return;
            }

            T[] s = new T[_start.Length], y = new T[_start.Length];
            for (int n = 0; n < s.Length; n++)
            {
                s[n] = _direction[n] * T.CreateTruncating(_step);
                y[n] = Gradient[n] - _before[n];
            }

            double products = Dot(y, s), squares = Dot(y, y);
            if (!(products > Math.Min(1e-10, s_rounding * squares)))
            {
                return; // the curvature is not positive: nothing of use
            }

            if (_history.Count == options.HistorySize)
            {
                _history.RemoveAt(0);
            }

            _history.Add((s, y, 1 / products));
            _scale = products / squares;
        }

        /// <summary>d = −H g.</summary>
        private void FindDirection()
        {
            for (int n = 0; n < _direction.Length; n++)
            {
                _direction[n] = -Gradient[n];
            }

            double[] shares = new double[_history.Count];
            for (int k = _history.Count - 1; k >= 0; k--)
            {
                (T[] s, T[] y, double factor) = _history[k];
                shares[k] = Dot(s, _direction) * factor;
                AddScaled(_direction, -shares[k], y);
            }

            for (int n = 0; _history.Count > 0 && n < _direction.Length; n++)
            {
                _direction[n] = T.CreateTruncating(double.CreateTruncating(_direction[n]) * _scale);
            }

            for (int k = 0; k < _history.Count; k++)
            {
                (T[] s, T[] y, double factor) = _history[k];
                AddScaled(_direction, shares[k] - (Dot(y, _direction) * factor), s);
            }
        }

        protected override void Forget()
        {
            _history.Clear();
            (_scale, _steps) = (1, 0);
        }

        /// <summary>Nothing is to be had along d: once more without a memory, then never again.</summary>
        private void GiveUp()
        {
            HasConverged = _history.Count == 0;
            Forget();
        }

        /// <summary>The t that meets the strong Wolfe conditions, or the best that was found (Nocedal and Wright 2006, algorithms 3.5 and 3.6, as PyTorch has them).</summary>
        private double SearchLine(double t, Point start)
        {
            Point last = start, now = Look(t), low, high;
            int looks = 0;
            while (true)
            {
                if (looks == MostLooks)
                {
                    last = start;
                    break;
                }

                bool isTooHigh = now.Value > start.Value + (C1 * now.At * start.Slope) || (looks > 1 && now.Value >= last.Value);
                if (!isTooHigh && IsGood(now, start))
                {
                    return now.At;
                }

                if (isTooHigh || now.Slope >= 0)
                {
                    break;
                }

                double next = CubicMinimum(last, now, now.At + (0.01 * (now.At - last.At)), now.At * 10);
                last = now;
                now = Look(next);
                looks++;
            }

            (low, high) = last.Value <= now.Value ? (last, now) : (now, last);
            double longest = 0;
            foreach (T d in _direction)
            {
                longest = Math.Max(longest, Math.Abs(double.CreateTruncating(d)));
            }

            for (bool wasSlow = false; looks < MostLooks && !(Math.Abs(high.At - low.At) * longest < options.ToleranceChange); looks++)
            {
                double least = Math.Min(low.At, high.At), greatest = Math.Max(low.At, high.At), margin = 0.1 * (greatest - least);
                t = CubicMinimum(low, high, least, greatest);
                bool isSlow = Math.Min(greatest - t, t - least) < margin;
                if (isSlow && (wasSlow || t >= greatest || t <= least))
                {
                    t = Math.Abs(t - greatest) < Math.Abs(t - least) ? greatest - margin : least + margin;
                    isSlow = false;
                }

                wasSlow = isSlow;
                now = Look(t);
                if (now.Value > start.Value + (C1 * t * start.Slope) || now.Value >= low.Value)
                {
                    high = now;
                    (low, high) = low.Value <= high.Value ? (low, high) : (high, low);
                    continue;
                }

                if (IsGood(now, start))
                {
                    return t;
                }

                high = now.Slope * (high.At - low.At) >= 0 ? low : high;
                low = now;
            }

            return low.At;
        }

        private static bool IsGood(Point point, Point start) => Math.Abs(point.Slope) <= -C2 * start.Slope;

        /// <summary>The least of the cubic through two points and their slopes, within bounds; half way where it has none.</summary>
        private static double CubicMinimum(Point one, Point other, double least, double greatest)
        {
            (Point left, Point right) = one.At <= other.At ? (one, other) : (other, one);
            double d1 = one.Slope + other.Slope - (3 * (one.Value - other.Value) / (one.At - other.At)), square = (d1 * d1) - (one.Slope * other.Slope);
            if (!(square >= 0))
            {
                return (least + greatest) / 2; // NaN too: from where nothing is known
            }

            double d2 = Math.Sqrt(square), t = right.At - ((right.At - left.At) * ((right.Slope + d2 - d1) / (right.Slope - left.Slope + (2 * d2))));
            return double.IsNaN(t) ? (least + greatest) / 2 : Math.Min(Math.Max(t, least), greatest);
        }

        /// <summary>θ + t d.</summary>
        private Point Look(double t)
        {
            Span<T> parameters = Objective.Parameters;
            for (int n = 0; n < _start.Length; n++)
            {
                parameters[n] = T.CreateTruncating(double.CreateTruncating(_start[n]) + (t * double.CreateTruncating(_direction[n])));
            }

            _looked = (t, Objective.Evaluate());
            double slope = Dot(Objective.Gradient, _direction);
            return double.IsFinite(_looked.Value) && double.IsFinite(slope) ? new(t, _looked.Value, slope) : new(t, double.PositiveInfinity, double.NaN);
        }

        public override (string Numbers, T[][] Vectors) Save() =>
        (
            string.Create(CultureInfo.InvariantCulture, $"{_steps} {_step:R} {_scale:R} {_history.Count} {(HasConverged ? 1 : 0)}"),
            [(T[])_direction.Clone(), (T[])_before.Clone(), .. _history.SelectMany(one => new[] { (T[])one.Step.Clone(), (T[])one.Change.Clone() })]
        );

        public override void Restore(string numbers, T[][] vectors)
        {
            ArgumentNullException.ThrowIfNull(numbers);
            ArgumentNullException.ThrowIfNull(vectors);
            string[] parts = numbers.Split(' ');
            if (parts.Length != 5
                || !long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out long steps)
                || !double.TryParse(parts[1], NumberStyles.Float, CultureInfo.InvariantCulture, out double step)
                || !double.TryParse(parts[2], NumberStyles.Float, CultureInfo.InvariantCulture, out double scale)
                || !int.TryParse(parts[3], NumberStyles.None, CultureInfo.InvariantCulture, out int count) || count > options.HistorySize
                || vectors.Length != 2 + (2L * count) || vectors.Any(vector => vector.Length != _start.Length))
            {
                throw new ModelException($"lbfgs: '{numbers}' and {vectors.Length} vectors found, its steps, their length, the scale, the history and two vectors for each of it expected");
            }

            (_steps, _step, _scale, HasConverged) = (steps, step, scale, parts[4] == "1");
            vectors[0].CopyTo(_direction, 0);
            vectors[1].CopyTo(_before, 0);
            _history.Clear();
            for (int k = 2; k < vectors.Length; k += 2)
            {
                _history.Add(((T[])vectors[k].Clone(), (T[])vectors[k + 1].Clone(), 1 / Dot(vectors[k + 1], vectors[k])));
            }
        }

        /// <summary>Four sums in double, which are added up in their order: θ's length is a multiple of it.</summary>
        private static double Dot(ReadOnlySpan<T> a, ReadOnlySpan<T> b)
        {
            double sum0 = 0, sum1 = 0, sum2 = 0, sum3 = 0;
            for (int n = 0; n + 3 < a.Length; n += 4)
            {
                sum0 = Math.FusedMultiplyAdd(double.CreateTruncating(a[n]), double.CreateTruncating(b[n]), sum0);
                sum1 = Math.FusedMultiplyAdd(double.CreateTruncating(a[n + 1]), double.CreateTruncating(b[n + 1]), sum1);
                sum2 = Math.FusedMultiplyAdd(double.CreateTruncating(a[n + 2]), double.CreateTruncating(b[n + 2]), sum2);
                sum3 = Math.FusedMultiplyAdd(double.CreateTruncating(a[n + 3]), double.CreateTruncating(b[n + 3]), sum3);
            }

            return sum0 + sum1 + (sum2 + sum3);
        }

        private static void AddScaled(T[] to, double factor, T[] values)
        {
            for (int n = 0; n < to.Length; n++)
            {
                to[n] = T.CreateTruncating(Math.FusedMultiplyAdd(factor, double.CreateTruncating(values[n]), double.CreateTruncating(to[n])));
            }
        }
    }
}
