using System.Diagnostics;
using Backprop.Bench.Measuring;
using Backprop.Data;
using Backprop.Networks;
using Backprop.Optimizers;
using static TorchSharp.torch;

namespace Backprop.Bench.Peers;

/// <summary>libtorch's epochs: every batch in train mode, then the loss and the accuracy of all validation rows at once in eval mode.</summary>
internal sealed class TorchEpochs(TrainingMethod method, int batchSize, Dataset<float> training, Dataset<float> validation, Network<float> network, int threads) : IEpochs
{
    private readonly TorchTraining _training = new(method, batchSize, training, network);
    private readonly (Tensor X, Tensor Y) _validation = TorchTraining.Rows(validation, 0, validation.Rows);

    public string Name => "libtorch";

    public string Threads => $"{threads}";

    public double Accuracy { get; private set; }

    public EpochSeconds Epoch()
    {
        set_num_threads(threads);
        long begin = Stopwatch.GetTimestamp();
        _training.Epoch();
        double trained = Stopwatch.GetElapsedTime(begin).TotalSeconds;
        (_, Accuracy) = _training.Evaluate(_validation);
        double wall = Stopwatch.GetElapsedTime(begin).TotalSeconds;
        return new(wall, trained, wall - trained);
    }

    public void End()
    {
    }

    public void Dispose()
    {
        _validation.X.Dispose();
        _validation.Y.Dispose();
        _training.Dispose();
    }
}
