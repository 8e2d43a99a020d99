using Backprop.Kernels;

namespace Backprop.Losses;

/// <summary>Value and gradient given as functions of the user's own; lane by lane, in double.</summary>
internal readonly unsafe struct CustomLoss(string name, LossValue value, LossGradient gradient) : ILoss
{
    public string Name => name;

    public bool IsAnalytic => false; // not computable on complex numbers

    public T Value<T>(ReadOnlySpan<T> y, ReadOnlySpan<T> t) where T : unmanaged, IElement<T>
    {
        T result = default;
        for (int lane = 0; lane < ElementAccess.Count<T>(); lane++)
        {
            ElementAccess.Set(&result, lane, value(Lane(y, lane), Lane(t, lane)));
        }

        return result;
    }

    public void Gradient<T>(ReadOnlySpan<T> y, ReadOnlySpan<T> t, Span<T> result) where T : unmanaged, IElement<T>
    {
        double[] ofLane = new double[y.Length];
        fixed (T* to = result)
        {
            for (int lane = 0; lane < ElementAccess.Count<T>(); lane++)
            {
                gradient(Lane(y, lane), Lane(t, lane), ofLane);
                for (int i = 0; i < y.Length; i++)
                {
                    ElementAccess.Set(to + i, lane, ofLane[i]);
                }
            }
        }
    }

    private static double[] Lane<T>(ReadOnlySpan<T> values, int lane) where T : unmanaged, IElement<T>
    {
        double[] result = new double[values.Length];
        fixed (T* from = values)
        {
            for (int i = 0; i < result.Length; i++)
            {
                result[i] = ElementAccess.Get(from + i, lane);
            }
        }

        return result;
    }
}
