using System.Globalization;
using Backprop.Bench.Measuring;
using Backprop.Optimizers;

namespace Backprop.Bench.Peers;

/// <summary>scikit-learn's epochs, which validate because early stopping is asked for.</summary>
internal sealed class ScikitEpochs : IEpochs
{
    private readonly ScikitLearn _peer;

    private ScikitEpochs(ScikitLearn peer) => _peer = peer;

    public string Name => _peer.Version;

    public string Threads => "";

    public double Accuracy { get; private set; }

    /// <summary>Starts it on the rows of an .npz, of which it takes the given share to validate by; null, and why, where it cannot be had.</summary>
    public static ScikitEpochs? Start(string data, IEnumerable<int> hidden, TrainingMethod method, int batchSize, double validation, out string? why)
    {
        string rate = method.LearningRate.ToString(CultureInfo.InvariantCulture), share = validation.ToString(CultureInfo.InvariantCulture);
        return ScikitLearn.Start("scikit_epochs.py", [data, "float32", string.Join(',', hidden), rate, $"{batchSize}", share], out why) is { } peer ? new(peer) : null;
    }

    public EpochSeconds Epoch()
    {
        double[] answer = _peer.Ask("epoch"); // training, validation, accuracy
        Accuracy = answer[2];
        return new(answer[0] + answer[1], answer[0], answer[1]);
    }

    public void End()
    {
    }

    public void Dispose() => _peer.Dispose();
}
