using System.Collections;

namespace Backprop.Training;

/// <summary>The first epochs of a list that only grows: what a checkpoint holds of the run's history without a copy.</summary>
internal sealed class EpochHistory(List<EpochResult> epochs, int count) : IReadOnlyList<EpochResult>
{
    public int Count => count;

    public EpochResult this[int index] => (uint)index < (uint)count ? epochs[index] : throw new ArgumentOutOfRangeException(nameof(index));

    public IEnumerator<EpochResult> GetEnumerator()
    {
        for (int n = 0; n < count; n++)
        {
            yield return epochs[n];
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
