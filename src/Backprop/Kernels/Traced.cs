using System.Numerics;

namespace Backprop.Kernels;

/// <summary>An element that is no number but a place in a list of operations, which every operation is added to: so a formula says what it is made of.</summary>
internal readonly unsafe struct Traced<T> : ILanes<Traced<T>, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [ThreadStatic]
    private static Trace? t_trace;

    private readonly int _step;

    private Traced(int step) => _step = step;

    public static int Count => 1;

    public static int TileRows => throw NoMemory;

    private static NotSupportedException NoMemory => new("a formula is of numbers, not of memory");

    /// <summary>The operations of a formula, and which of them is its value.</summary>
    public static (List<FormulaStep> Steps, int Result) Run(Func<Traced<T>, Traced<T>> formula)
    {
        Trace? outer = t_trace;
        t_trace = new();
        try
        {
            int result = formula(Add(FormulaOperation.Argument))._step;
            return (t_trace.Steps, result);
        }
        finally
        {
            t_trace = outer;
        }
    }

    public static Traced<T> Create(double value) => new(t_trace!.Add(FormulaOperation.Constant, [], double.CreateTruncating(T.CreateTruncating(value))));

    public static Traced<T> operator +(Traced<T> left, Traced<T> right) => Add(FormulaOperation.Add, left, right);

    public static Traced<T> operator -(Traced<T> left, Traced<T> right) => Add(FormulaOperation.Subtract, left, right);

    public static Traced<T> operator *(Traced<T> left, Traced<T> right) => Add(FormulaOperation.Multiply, left, right);

    public static Traced<T> operator /(Traced<T> left, Traced<T> right) => Add(FormulaOperation.Divide, left, right);

    public static Traced<T> operator -(Traced<T> value) => Add(FormulaOperation.Negate, value);

    public static Traced<T> FusedMultiplyAdd(Traced<T> a, Traced<T> b, Traced<T> c) => Add(FormulaOperation.FusedMultiplyAdd, a, b, c);

    public static Traced<T> IfLess(Traced<T> left, Traced<T> right, Traced<T> whenLess, Traced<T> otherwise) => Add(FormulaOperation.IfLess, left, right, whenLess, otherwise);

    public static Traced<T> Sqrt(Traced<T> value) => Add(FormulaOperation.Sqrt, value);

    public static Traced<T> Abs(Traced<T> value) => Add(FormulaOperation.Abs, value);

    public static Traced<T> CopySign(Traced<T> magnitude, Traced<T> sign) => Add(FormulaOperation.CopySign, magnitude, sign);

    public static Traced<T> PowerOfTwo(Traced<T> shifted) => Add(FormulaOperation.PowerOfTwo, shifted);

    public static Traced<T> Scale(Traced<T> x, Traced<T> n) => ElementFunctions.ScaleTwice<Traced<T>, T>(x, n);

    public static Traced<T> Exponent(Traced<T> x) => Add(FormulaOperation.Exponent, x);

    public static Traced<T> Mantissa(Traced<T> x) => Add(FormulaOperation.Mantissa, x);

    public static Traced<T> NegateIfOdd(Traced<T> x, Traced<T> shifted) => Add(FormulaOperation.NegateIfOdd, x, shifted);

    public static Traced<T> Exp(Traced<T> value) => Add(FormulaOperation.Exp, value);

    public static Traced<T> ExpM1(Traced<T> value) => Add(FormulaOperation.ExpM1, value);

    public static Traced<T> Log(Traced<T> value) => Add(FormulaOperation.Log, value);

    public static Traced<T> LogP1(Traced<T> value) => Add(FormulaOperation.LogP1, value);

    public static Traced<T> Tanh(Traced<T> value) => Add(FormulaOperation.Tanh, value);

    public static Traced<T> Sigmoid(Traced<T> value) => Add(FormulaOperation.Sigmoid, value);

    public static Traced<T> Softplus(Traced<T> value) => Add(FormulaOperation.Softplus, value);

    public static Traced<T> Erf(Traced<T> value) => Add(FormulaOperation.Erf, value);

    public static Traced<T> NormalCdf(Traced<T> value) => Add(FormulaOperation.NormalCdf, value);

    public static Traced<T> Sin(Traced<T> value) => Add(FormulaOperation.Sin, value);

    public static Traced<T> Cos(Traced<T> value) => Add(FormulaOperation.Cos, value);

    public static Traced<T> Load(T* source) => throw NoMemory;

    public static Traced<T> Broadcast(T value) => throw NoMemory;

    public void Store(T* destination) => throw NoMemory;

    public static bool EqualsAll(Traced<T> left, Traced<T> right) => throw NoMemory;

    public static Traced<T> ZeroIfBelow(ulong* counters, ulong offset, ulong limit, Traced<T> x) => throw NoMemory;

    private static Traced<T> Add(FormulaOperation operation, params ReadOnlySpan<Traced<T>> operands)
    {
        int[] places = new int[operands.Length];
        for (int n = 0; n < places.Length; n++)
        {
            places[n] = operands[n]._step;
        }

        return new(t_trace!.Add(operation, places));
    }

    /// <summary>The operations so far; what is done twice is one step.</summary>
    private sealed class Trace
    {
        private readonly Dictionary<string, int> _known = new(StringComparer.Ordinal);

        public List<FormulaStep> Steps { get; } = [];

        public int Add(FormulaOperation operation, int[] operands, double constant = 0)
        {
            string key = $"{operation} {BitConverter.DoubleToInt64Bits(constant)} {string.Join(' ', operands)}";
            if (!_known.TryGetValue(key, out int step))
            {
                _known.Add(key, step = Steps.Count);
                Steps.Add(new(operation, operands, constant));
            }

            return step;
        }
    }
}
