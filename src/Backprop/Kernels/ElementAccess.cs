using System.Runtime.CompilerServices;

namespace Backprop.Kernels;

/// <summary>Single numbers of an element, for functions of the user's own that know nothing of lanes.</summary>
internal static unsafe class ElementAccess
{
    /// <summary>The numbers per element.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Count<TElement>() where TElement : unmanaged, IElement<TElement> => sizeof(TElement) / (IsSingle<TElement>() ? sizeof(float) : sizeof(double));

    /// <summary>The elements that so many numbers take.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Elements<TElement>(int numbers) where TElement : unmanaged, IElement<TElement> => (numbers + Count<TElement>() - 1) / Count<TElement>();

    public static double Get<TElement>(TElement* element, int lane) where TElement : unmanaged, IElement<TElement> =>
        IsSingle<TElement>() ? ((float*)element)[lane] : ((double*)element)[lane];

    public static void Set<TElement>(TElement* element, int lane, double value) where TElement : unmanaged, IElement<TElement>
    {
        if (IsSingle<TElement>())
        {
            ((float*)element)[lane] = (float)value;
        }
        else
        {
            ((double*)element)[lane] = value;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsSingle<TElement>() where TElement : unmanaged, IElement<TElement> =>
        typeof(TElement) == typeof(Lane<float>) || typeof(TElement) == typeof(Lanes128Single) || typeof(TElement) == typeof(Lanes256Single) || typeof(TElement) == typeof(Lanes512Single);
}
