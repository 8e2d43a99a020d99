using Backprop.Bench.Cases;
using Backprop.Bench.Measuring;
using Backprop.Data;
using Backprop.Networks;
using Backprop.Optimizers;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Backprop.Bench.Peers;

/// <summary>
/// libtorch's whole training step through TorchSharp, as a careful user writes it: batches ready as tensors, one dispose scope a step,
/// zero_grad, forward, loss, backward, optimizer step.
/// </summary>
internal sealed class TorchTraining : IDisposable
{
    private readonly List<(Tensor X, Tensor Y)> _batches = [];
    private readonly Sequential _model;
    private readonly optim.Optimizer _optimizer;
    private readonly Func<Tensor, Tensor, Tensor> _loss;
    private int _batch;

    public TorchTraining(TrainingCase which, Dataset<float> data, Network<float> network)
        : this(TrainingMethod.Create(which.Optimizer, new() { LearningRate = which.LearningRate }), which.BatchSize, data, network)
    {
    }

    public TorchTraining(TrainingMethod method, int batchSize, Dataset<float> data, Network<float> network)
    {
        for (int start = 0; start < data.Rows; start += batchSize)
        {
            _batches.Add(Rows(data, start, Math.Min(batchSize, data.Rows - start)));
        }

        _model = Model(network);
        double smoothing = network.Definition.Loss.Parameter ?? 0;
        _loss = data.Targets.AreClasses
            ? (outputs, targets) => nn.functional.cross_entropy(outputs, targets, label_smoothing: smoothing)
            : (outputs, targets) => nn.functional.mse_loss(outputs, targets);
        _optimizer = method.Name switch
        {
            "sgd" => optim.SGD(_model.parameters(), method.LearningRate),
            "adam" => optim.Adam(_model.parameters(), method.LearningRate),
            "adamw" => optim.AdamW(_model.parameters(), method.LearningRate, weight_decay: method.WeightDecay),
            _ => throw new NotSupportedException(method.Name),
        };
    }

    /// <summary>Whether libtorch loads here, and if not, why.</summary>
    public static bool TryLoad(out string? why)
    {
        try
        {
            using Tensor probe = zeros(1);
            why = null;
            return true;
        }
        catch (Exception error)
        {
            why = error.GetBaseException().Message.Split('\n')[0].Trim();
            return false;
        }
    }

    public Contestant Contestant(string name, int threads) => new(name, threads, steps =>
    {
        set_num_threads(threads);
        for (int step = 0; step < steps; step++)
        {
            Step();
        }
    });

    /// <summary>One update; the loss of the batch before it.</summary>
    public double StepWithLoss()
    {
        using DisposeScope scope = NewDisposeScope();
        return Update().item<float>();
    }

    /// <summary>Every batch once, with dropout.</summary>
    public void Epoch()
    {
        _model.train();
        for (int step = 0; step < _batches.Count; step++)
        {
            Step();
        }
    }

    /// <summary>The loss of rows and the share of their classes that is right, without dropout.</summary>
    public (double Loss, double Accuracy) Evaluate((Tensor X, Tensor Y) rows)
    {
        using DisposeScope scope = NewDisposeScope();
        using var quiet = no_grad();
        _model.eval();
        Tensor outputs = _model.call(rows.X);
        return (_loss(outputs, rows.Y).item<float>(), outputs.argmax(1).eq(rows.Y).mean([0], type: ScalarType.Float32).item<float>());
    }

    /// <summary>Rows as tensors: features, and targets.</summary>
    public static (Tensor X, Tensor Y) Rows(Dataset<float> data, int start, int rows) => (Matrix(data.Features.Slice(start * data.FeatureCount, rows * data.FeatureCount), data.FeatureCount), TargetsOf(data, start, rows));

    public void Dispose()
    {
        foreach ((Tensor x, Tensor y) in _batches)
        {
            x.Dispose();
            y.Dispose();
        }

        _optimizer.Dispose();
        _model.Dispose();
    }

    private void Step()
    {
        using DisposeScope scope = NewDisposeScope();
        Update();
    }

    private Tensor Update()
    {
        (Tensor x, Tensor y) = _batches[_batch];
        _batch = (_batch + 1) % _batches.Count;
        _optimizer.zero_grad();
        Tensor loss = _loss(_model.call(x), y);
        loss.backward();
        _optimizer.step();
        return loss;
    }

    /// <summary>Linear layers, their activations and dropout; softmax is part of torch's cross entropy.</summary>
    private static Sequential Model(Network<float> network)
    {
        var modules = new List<(string, nn.Module<Tensor, Tensor>)>();
        foreach (DenseLayer<float> layer in network.Layers)
        {
            Linear linear = nn.Linear(layer.Inputs, layer.Outputs);
            using (no_grad())
            {
                using Tensor weights = Matrix(layer.GetWeights(), layer.Inputs), biases = tensor(layer.GetBiases());
                linear.weight!.copy_(weights);
                linear.bias!.copy_(biases);
            }

            modules.Add(($"linear{layer.Index}", linear));
            switch (layer.Activation.Name)
            {
                case "relu": modules.Add(($"relu{layer.Index}", nn.ReLU())); break;
                case "silu": modules.Add(($"silu{layer.Index}", nn.SiLU())); break;
                case "tanh": modules.Add(($"tanh{layer.Index}", nn.Tanh())); break;
                case "softmax" or "identity": break;
                default: throw new NotSupportedException(layer.Activation.Name);
            }

            if (layer.Definition.Dropout is > 0 and var rate)
            {
                modules.Add(($"dropout{layer.Index}", nn.Dropout(rate)));
            }
        }

        return nn.Sequential(modules);
    }

    private static Tensor TargetsOf(Dataset<float> data, int start, int rows) => data.Targets.AreClasses
        ? tensor([.. data.Targets.ClassIndices.Slice(start, rows).ToArray().Select(index => (long)index)])
        : Matrix(data.Targets.AllValues.Slice(start * data.Targets.Count, rows * data.Targets.Count), data.Targets.Count);

    private static Tensor Matrix(ReadOnlySpan<float> values, int columns) => tensor(values.ToArray(), [values.Length / columns, columns]);
}
