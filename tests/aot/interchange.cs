#:project ../../src/Backprop.Interchange/Backprop.Interchange.csproj
#:project ../../src/Backprop.Onnx/Backprop.Onnx.csproj
using Backprop.Interchange;
using Backprop.Interchange.CSharp;
using Backprop.Interchange.NumPy;
using Backprop.Interchange.PyTorch;
using Backprop.Onnx;
using Backprop.Tables;

if (args is [])
{
    return; // how long it takes to start
}

double[][] features = [.. Enumerable.Range(0, 100).Select(n => new[] { n % 10 / 10.0, n / 100.0 })];
var model = TabularModel.Train(features, [.. features.Select(row => (3 * row[0]) - row[1])], new() { Epochs = 5, Network = "8:tanh" });
model.Save(args[0]);
CSharpExport.Write(model, "Model.cs");
PyTorchExport.Write(model, args[0], "model.py");
NumPyExport.Write(model, "model.npz");
OnnxExport.Write(model, "model.onnx", new() { Bare = true });
Console.WriteLine($"{new FileInfo("Model.cs").Length} {new FileInfo("model.py").Length} {OnnxImport.Read("model.onnx").Definition}");
ForeignFile.Read("model.npz", ForeignFile.FormatOf("model.npz")).Write("back.safetensors");
Console.WriteLine($"{model.Predict([0.25, 0.5]).Value:R} {TabularModel.Load("back.safetensors").Predict([0.25, 0.5]).Value:R}");
if (args is [_, var keras])
{
    Console.WriteLine(ForeignFile.Read(keras, ForeignFile.FormatOf(keras)).Ensemble.Definition);
}
