using Backprop.Tables;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Backprop.Onnx.Tests;

/// <summary>A file in ONNX Runtime, which is nobody's of ours.</summary>
internal sealed class OnnxRun : IDisposable
{
    private readonly InferenceSession _session;

    public OnnxRun(byte[] file)
    {
        using var options = new SessionOptions { IntraOpNumThreads = 1, LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL };
        _session = new(file, options);
    }

    public IReadOnlyDictionary<string, NodeMetadata> Inputs => _session.InputMetadata;

    public IReadOnlyDictionary<string, NodeMetadata> Outputs => _session.OutputMetadata;

    public ModelMetadata Metadata => _session.ModelMetadata;

    public static (OnnxRun Run, OnnxSignature Signature, Notes Notes) Of(TabularModel model, bool bare = false)
    {
        using var stream = new MemoryStream();
        var notes = new Notes();
        OnnxSignature signature = OnnxExport.Write(model, stream, new() { Bare = bare }, notes);
        return (new(stream.ToArray()), signature, notes);
    }

    /// <summary>Row-major [Rows×Width] numbers through a graph with one input.</summary>
    public float[] Numbers(string input, float[] values, int width, string output)
    {
        using IDisposableReadOnlyCollection<DisposableNamedOnnxValue> results = _session.Run([NamedOnnxValue.CreateFromTensor(input, new DenseTensor<float>(values, [values.Length / width, width]))]);
        return [.. results.Single(result => result.Name == output).AsTensor<float>()];
    }

    /// <summary>Cells by column, as texts: "" is missing.</summary>
    public Dictionary<string, Array> Rows(IReadOnlyDictionary<string, string[]> cells)
    {
        NamedOnnxValue[] inputs = [.. Inputs.Select(input =>
        {
            string[] texts = cells[input.Key];
            return input.Value.ElementDataType == TensorElementType.String
                ? NamedOnnxValue.CreateFromTensor(input.Key, new DenseTensor<string>(texts, [texts.Length, 1]))
                : NamedOnnxValue.CreateFromTensor(input.Key, new DenseTensor<float>(Array.ConvertAll(texts, Number), [texts.Length, 1]));
        })];
        using IDisposableReadOnlyCollection<DisposableNamedOnnxValue> results = _session.Run(inputs);
        return results.ToDictionary(result => result.Name, Array (result) => result.ElementType switch
        {
            TensorElementType.String => result.AsTensor<string>().ToArray(),
            TensorElementType.Int64 => result.AsTensor<long>().ToArray(),
            _ => result.AsTensor<float>().ToArray(),
        });
    }

    public void Dispose() => _session.Dispose();

    private static float Number(string text) => text is "" or "NA" or "?" ? float.NaN : (float)double.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
}
