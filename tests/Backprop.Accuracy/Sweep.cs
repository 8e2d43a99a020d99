using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Backprop.Kernels;

namespace Backprop.Accuracy;

/// <summary>The error of one float function over a range of all floats, in units of the last place of the exact result.</summary>
internal sealed unsafe class Sweep<VS, VD>(ElementFunction function)
    where VS : unmanaged, ILanes<VS, float>
    where VD : unmanaged, ILanes<VD, double>
{
    private const int Block = 2048;

    // x, f(x) in float; x, f(x) in double.
    private readonly AlignedBuffer<float> _x = new(Block), _y = new(Block);
    private readonly AlignedBuffer<double> _wide = new(Block), _exact = new(Block), _errors = new(Block);

    public double WorstError { get; private set; } = -1;

    public uint WorstInput { get; private set; }

    public long AboveOne { get; private set; }

    public long Count { get; private set; }

    /// <summary>Takes in the floats of the bits from <paramref name="first"/> on.</summary>
    public void Run(uint first, long count)
    {
        for (long done = 0; done < count; done += Block)
        {
            uint start = (uint)(first + done);
            for (int n = 0; n < Block; n++)
            {
                ((uint*)_x.Pointer)[n] = start + (uint)n;
                _wide.Pointer[n] = _x.Pointer[n];
            }

            if (function.Reach < double.PositiveInfinity)
            {
                Restrict();
            }

            function.Run<VS, float>(_x.Pointer, _y.Pointer, Block);
            function.Run<VD, double>(_wide.Pointer, _exact.Pointer, Block);
            double worst = Measure(_y.Pointer, _exact.Pointer, _errors.Pointer);
            Count += Block;
            if (worst > WorstError)
            {
                WorstError = worst;
                WorstInput = start + (uint)_errors.Span.IndexOf(worst);
            }
        }
    }

    /// <summary>Puts 0 in the place of what is out of reach.</summary>
    private void Restrict()
    {
        for (int n = 0; n < Block; n++)
        {
            if (!(Math.Abs(_wide.Pointer[n]) <= function.Reach))
            {
                _x.Pointer[n] = 0;
                _wide.Pointer[n] = 0;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private double Measure(float* found, double* exact, double* errors)
    {
        Vector512<double> worst = Vector512<double>.Zero, one = Vector512<double>.One, sign = Vector512.Create(-0.0);
        Vector512<double> infinite = Vector512.Create(340282366920938463463374607431768211456.0), least = Vector512.Create(1.401298464324817e-45), greatest = Vector512.Create(20282409603651670423947251286016.0);
        Vector512<double> limit = Vector512.Create(function.Limit);
        Vector512<long> above = Vector512<long>.Zero;
        for (int n = 0; n < Block; n += 8)
        {
            (Vector256<double> low, Vector256<double> high) = Vector256.Widen(Vector256.Load(found + n));
            Vector512<double> y = Vector512.Create(low, high), r = Vector512.Load(exact + n);
            Vector512<double> beyond = Vector512.GreaterThan(Vector512.AndNot(y, sign), limit);

            // Infinity counts as 2¹²⁸, the next after the greatest float.
            Vector512<double> both = ~Vector512.Equals(y, y) & ~Vector512.Equals(r, r);
            y = Finite(y, infinite, sign);
            r = Finite(r, infinite, sign);

            Vector512<double> unit = (Vector512.AndNot(r, sign).AsInt64() & Vector512.Create(0x7FF0000000000000)).AsDouble() * Vector512.Create(1.1920928955078125e-07);
            unit = Vector512.ConditionalSelect(Vector512.LessThan(unit, least), least, unit);
            unit = Vector512.ConditionalSelect(Vector512.GreaterThan(unit, greatest), greatest, unit);
            Vector512<double> error = Vector512.AndNot(y - r, sign) / unit;
            error = Vector512.ConditionalSelect(both, Vector512<double>.Zero, error);
            error = Vector512.ConditionalSelect(Vector512.Equals(error, error) & ~beyond, error, Vector512.Create(1e9)); // NaN for a number, a number for NaN
            error.Store(errors + n);
            worst = Vector512.ConditionalSelect(Vector512.GreaterThan(error, worst), error, worst);
            above -= Vector512.GreaterThan(error, one).AsInt64();
        }

        AboveOne += Vector512.Sum(above);
        double result = 0;
        for (int lane = 0; lane < 8; lane++)
        {
            result = Math.Max(result, worst[lane]);
        }

        return result;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<double> Finite(Vector512<double> x, Vector512<double> infinite, Vector512<double> sign) =>
        Vector512.ConditionalSelect(Vector512.GreaterThan(Vector512.AndNot(x, sign), infinite), infinite | (x & sign), x);

    public void Add(Sweep<VS, VD> other)
    {
        Count += other.Count;
        AboveOne += other.AboveOne;
        if (other.WorstError > WorstError || (other.WorstError == WorstError && other.WorstInput < WorstInput))
        {
            WorstError = other.WorstError;
            WorstInput = other.WorstInput;
        }
    }
}
