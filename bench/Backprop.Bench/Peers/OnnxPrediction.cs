using Backprop.Bench.Measuring;
using Backprop.Networks;
using Microsoft.ML.OnnxRuntime;

namespace Backprop.Bench.Peers;

/// <summary>ONNX Runtime's prediction of the same network: input and output allocated and bound once, every optimisation on.</summary>
internal sealed class OnnxPrediction : IDisposable
{
    private readonly int _threads;
    private readonly InferenceSession _session;
    private readonly RunOptions _run = new();
    private readonly OrtIoBinding _binding;
    private readonly OrtValue _input, _output;

    public OnnxPrediction(Network<float> network, float[] features, int threads)
    {
        int rows = features.Length / network.Definition.Inputs;
        using var options = new SessionOptions
        {
            IntraOpNumThreads = threads,
            InterOpNumThreads = 1,
            ExecutionMode = ExecutionMode.ORT_SEQUENTIAL,
            GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL,
        };
        _threads = threads;
        Outputs = new float[rows * network.Definition.Outputs];
        _session = new(OnnxModel.Write(network, rows), options);
        _input = OrtValue.CreateTensorValueFromMemory(features, [rows, network.Definition.Inputs]);
        _output = OrtValue.CreateTensorValueFromMemory(Outputs, [rows, network.Definition.Outputs]);
        _binding = _session.CreateIoBinding();
        _binding.BindInput(OnnxModel.Input, _input);
        _binding.BindOutput(OnnxModel.Output, _output);
    }

    /// <summary>What the last run wrote.</summary>
    public float[] Outputs { get; }

    /// <summary>Whether it loads here, and if not, why.</summary>
    public static bool TryLoad(out string? why)
    {
        try
        {
            OrtEnv.Instance();
            why = null;
            return true;
        }
        catch (Exception error)
        {
            why = error.GetBaseException().Message.Split('\n')[0].Trim();
            return false;
        }
    }

    public Contestant Contestant(string name) => new(name, _threads, Run);

    public void Run(int times)
    {
        for (int n = 0; n < times; n++)
        {
            _session.RunWithBinding(_run, _binding);
        }
    }

    public void Dispose()
    {
        _binding.Dispose();
        _input.Dispose();
        _output.Dispose();
        _run.Dispose();
        _session.Dispose();
    }
}
