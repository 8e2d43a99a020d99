using System.Globalization;
using System.Numerics;
using Backprop.Networks;

namespace Backprop.Training;

/// <summary>
/// The mean of the weights on their way, which is validated and kept in their place. <c>ema:d</c>: a ← a + (1 − d)(θ − a) after every step, from the first
/// step's θ on (PyTorch's AveragedModel with get_ema_multi_avg_fn). <c>swa</c>: the plain mean of the weights after each epoch of the run's last quarter (Izmailov
/// et al. 2018); before that, the weights themselves.
/// </summary>
internal sealed class WeightAverage<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Network<T> _network;
    private readonly T[] _mean;
    private readonly double? _decay;
    private readonly int _firstEpoch;
    private long _count;

    private WeightAverage(string text, Network<T> network, int epochs)
    {
        (_network, _mean, _decay) = (network, new T[network.Parameters.Length], Decay(text));
        _firstEpoch = FirstEpoch(epochs);
    }

    /// <summary>Whether it depends on how long the run is.</summary>
    public static bool KnowsTheEnd(string? text) => text is not null && Decay(text) is null;

    public static WeightAverage<T>? Of(string? text, Network<T> network, int epochs) => text is null ? null : new(text, network, epochs);

    /// <summary>d of ema:d; null: swa.</summary>
    /// <exception cref="UsageException">Neither.</exception>
    public static double? Decay(string text) => text == "swa" ? null
        : text.StartsWith("ema:", StringComparison.Ordinal) && double.TryParse(text.AsSpan(4), NumberStyles.Float, CultureInfo.InvariantCulture, out double decay) && decay is >= 0 and < 1
        ? decay
        : throw new UsageException($"average '{text}': expected ema:DECAY with a decay from 0 to below 1, or swa");

    /// <summary>Whether it is another than the weights: swa is not before its second epoch.</summary>
    public bool IsMean => _decay is not null || _count > 1;

    /// <summary>The first epoch that counts.</summary>
    public static int FirstEpoch(int epochs) => (int)(3L * epochs / 4) + 1;

    public void AfterStep()
    {
        if (_decay is { } decay)
        {
            Add(_count++ == 0 ? 1 : 1 - decay);
        }
    }

    public void AfterEpoch(int epoch)
    {
        if (_decay is null)
        {
            _count = epoch <= _firstEpoch ? 0 : _count;
            Add(1.0 / ++_count);
        }
    }

    /// <summary>Puts the mean into the network, and its weights here; once more, back.</summary>
    public void Exchange()
    {
        Span<T> parameters = _network.Parameters.Span;
        for (int n = 0; n < _mean.Length; n++)
        {
            (_mean[n], parameters[n]) = (parameters[n], _mean[n]);
        }

        _network.Touch();
    }

    public (long Count, T[] Mean) Save() => (_count, (T[])_mean.Clone());

    /// <exception cref="ModelException">It is the mean of another network.</exception>
    public void Restore(long count, T[]? mean)
    {
        if (mean?.Length != _mean.Length)
        {
            throw new ModelException($"the mean of the weights has {mean?.Length ?? 0} numbers, {_mean.Length} expected");
        }

        _count = count;
        mean.CopyTo(_mean, 0);
    }

    /// <summary>Element by element, so that vectors change no bit.</summary>
    private void Add(double share)
    {
        ReadOnlySpan<T> parameters = _network.Parameters.Span;
        T part = T.CreateTruncating(share);
        int n = 0;
        for (var parts = new Vector<T>(part); n + Vector<T>.Count <= _mean.Length; n += Vector<T>.Count)
        {
            var mean = new Vector<T>(_mean, n);
            (share == 1 ? new Vector<T>(parameters[n..]) : mean + (parts * (new Vector<T>(parameters[n..]) - mean))).CopyTo(_mean, n);
        }

        for (; n < _mean.Length; n++)
        {
            _mean[n] = share == 1 ? parameters[n] : _mean[n] + (part * (parameters[n] - _mean[n]));
        }
    }
}
