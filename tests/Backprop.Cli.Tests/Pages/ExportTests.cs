using System.Diagnostics;
using Backprop.Cli.Pages.Export;
using Backprop.Cli.Pages.Runs;
using Backprop.ModelFiles;

namespace Backprop.Cli.Tests.Pages;

public sealed class ExportTests : Tool
{
    [Theory]
    [InlineData("?data=xor&seed=2&l2=0.001&optimizer=sgd&rate=0.1&batch=7", 100)]
    [InlineData("?data=iris&hidden=5:relu", 45)]
    [InlineData("?data=digits&hidden=8:tanh&batch=64", 30)]
    public void The_program_compiles_and_ends_on_the_same_bits(string query, long steps)
    {
        using var bench = new Workbench(GivenFiles.None);
        bench.Open(query, train: false);
        using var ended = new ManualResetEventSlim();
        bench.Session!.Changed += () =>
        {
            if (bench.Session.Latest.Step == steps)
            {
                ended.Set();
            }
        };
        bench.Session.RunTo(steps);
        Assert.True(ended.Wait(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken));
        bench.Take();
        foreach (string name in new[] { "run.cs", "rows.csv", "model.safetensors" })
        {
            File.WriteAllBytes(At(name), ExportFiles.Make(bench, name)!.Content);
        }

        string library = Path.Combine(AppContext.BaseDirectory, "Backprop.dll");
        Write("run.csproj", $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup><OutputType>Exe</OutputType><TargetFramework>net10.0</TargetFramework><ImplicitUsings>enable</ImplicitUsings><Nullable>enable</Nullable></PropertyGroup>
              <ItemGroup><Reference Include="{library}" /></ItemGroup>
            </Project>
            """);
        Write("Directory.Build.props", "<Project />");
        var start = new ProcessStartInfo("dotnet", ["run", "-c", "Release", "--project", "run.csproj"]) { WorkingDirectory = Folder, RedirectStandardOutput = true, UseShellExecute = false };
        using Process process = Process.Start(start)!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, output);
        Assert.Contains($"after {steps} steps", output, StringComparison.Ordinal);
        var ours = ModelFile<float>.Read(At("model.safetensors"));
        var theirs = ModelFile<float>.Read(At("repeated.safetensors"));
        Assert.All(ours.Network.Layers, layer => Assert.Equal(layer.GetWeights(), theirs.Network.Layers[layer.Index - 1].GetWeights()));
        Assert.All(ours.Network.Layers, layer => Assert.Equal(layer.GetBiases(), theirs.Network.Layers[layer.Index - 1].GetBiases()));
    }

    [Fact]
    public void A_file_that_is_not_offered_is_not_made()
    {
        using var bench = new Workbench(GivenFiles.None);
        Assert.Null(ExportFiles.Make(bench, "model.safetensors"));
        bench.Open("", train: false);
        Assert.Null(ExportFiles.Make(bench, "passwd"));
        Assert.All(ExportFiles.Of(bench), file => Assert.NotEmpty(ExportFiles.Make(bench, file.Name)!.Content));
    }
}
