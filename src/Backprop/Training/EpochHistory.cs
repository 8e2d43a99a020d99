using System.Collections;

namespace Backprop.Training;

/// <summary>The epochs of a run so far: what a checkpoint holds without a copy, and any thread may read while the run goes on, since nothing of it changes.</summary>
internal sealed class EpochHistory : IReadOnlyList<EpochResult>
{
    private readonly EpochResult[] _epochs; // of a longer history too

    public EpochHistory(IReadOnlyCollection<EpochResult> epochs) : this([.. epochs], epochs.Count)
    {
    }

    private EpochHistory(EpochResult[] epochs, int count) => (_epochs, Count) = (epochs, count);

    public int Count { get; }

    public EpochResult this[int index] => (uint)index < (uint)Count ? _epochs[index] : throw new ArgumentOutOfRangeException(nameof(index));

    /// <summary>The same and one more; only the longest history may be added to.</summary>
    public EpochHistory Then(EpochResult next)
    {
        EpochResult[] epochs = _epochs;
        if (Count == epochs.Length)
        {
            Array.Resize(ref epochs, Math.Max(16, 2 * Count));
        }

        epochs[Count] = next;
        return new(epochs, Count + 1);
    }

    public IEnumerator<EpochResult> GetEnumerator()
    {
        for (int n = 0; n < Count; n++)
        {
            yield return _epochs[n];
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
