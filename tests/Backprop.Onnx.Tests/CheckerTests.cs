using Backprop.Tables;
using Backprop.Tests.Fixtures;
using Backprop.Tests.Oracles;

namespace Backprop.Onnx.Tests;

/// <summary>ONNX's own checker (Debian's python3-onnx), shapes and types inferred, of files of every kind.</summary>
public sealed class CheckerTests : IDisposable
{
    private const int Networks = 50;

    private readonly string _folder = Directory.CreateTempSubdirectory("backprop-checker").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void EveryFilePasses()
    {
        Python.Require("onnx", "python3-onnx");
        int files = 0;
        for (int seed = 0; seed < Networks; seed++)
        {
            TabularModel model = NetworkTests.Model(DrawnModels.Draw<float>(seed));
            Write(model, bare: false);
            Write(model, bare: true);
        }

        using (var tables = new ModelTests())
        {
            TrainingOptions quick = new() { Epochs = 1, Threads = 1 };
            Write(tables.Train(MixedCells.Draw(200, 1), "kind", quick with { Folds = 2, Columns = new() { Bins = 5, Categorical = ["code"] } }), bare: false);
            Write(tables.Train(MixedCells.Draw(200, 3), "cost,weight", quick), bare: false);
            Write(tables.Train(MixedCells.Draw(200, 6), "cost", quick with { Network = "8:tanh", Loss = "gaussian_nll" }), bare: false);
            Write(tables.Train(MixedCells.Draw(200, 8), "count", quick with { Loss = "poisson", Columns = new() { Offset = "weight", Ignore = ["kind", "cost"] } }), bare: false);
            Write(tables.Train(MixedCells.Draw(200, 11), "open", quick with { Threshold = "f1", Columns = new() { Ignore = ["kind"] } }), bare: false);
        }

        string output = Python.Run(_folder, $"""
            import onnx
            for n in range({files}):
                try:
                    onnx.checker.check_model(onnx.load(f"{"{n}"}.onnx"), full_check=True)
                except Exception as error:
                    print(n, str(error)[:300])
            print("checked")
            """);
        Assert.Equal("checked", output.TrimEnd());
        TestContext.Current.TestOutputHelper?.WriteLine($"{files} files pass ONNX's checker");

        void Write(TabularModel model, bool bare) => OnnxExport.Write(model, Path.Combine(_folder, $"{files++}.onnx"), new() { Bare = bare });
    }
}
