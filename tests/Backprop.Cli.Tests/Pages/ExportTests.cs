using System.Diagnostics;
using Backprop.ModelFiles;
using Backprop.Networks;
using Backprop.Pages.Export;
using Backprop.Pages.Runs;
using Backprop.Tables.Models;

namespace Backprop.Cli.Tests.Pages;

public sealed class ExportTests : Tool
{
    /// <summary>Built together: that takes longer than all else.</summary>
    [Fact]
    public void The_programs_compile_and_end_on_the_same_bits()
    {
        (string Query, long Steps)[] runs = [("?data=xor&seed=2&l2=0.001&optimizer=sgd&rate=0.1&momentum=0.5&batch=7&then=20:0.05:0:0.01;90:0.2:0.001:0", 100), ("?data=iris&hidden=5:relu&then=10:W1[2,1]=0.5;45:b1[0]=-1.5", 45), ("?data=hills&features=x2,x1x2,sin1&hidden=4:tanh&rate=0.1&rows=60", 40), ("?data=note&hidden=2:tanh-2:sigmoid&output=identity&loss=squared_error&rate=0.5&batch=1&test=0", 1), ("?data=digits&hidden=8:tanh&batch=64", 30)];
        for (int n = 0; n < runs.Length; n++)
        {
            Export(GivenFiles.None, At($"{n}"), runs[n].Query, runs[n].Steps);
        }

        // Rows that do not weigh the same, few enough for the program and not.
        (int Rows, string Name)[] weighted = [(60, "few"), (2800, "many")];
        foreach ((int rows, string name) in weighted)
        {
            Write($"{name}.csv", "a,b,w,y\n" + string.Concat(Enumerable.Range(0, rows).Select(r => $"{r % 13},{r * r % 17},{(r % 5) * 0.7},{(r * 3 % 19) - (r % 4)}\n")));
            Json("train", $"{name}.csv", "--target", "y", "--sample-weight", "w", "--network", "4:tanh", "--epochs", "1", "--json", "--output", $"{name}.safetensors");
            var given = GivenFiles.Read(At($"{name}.safetensors"), DataSource.Named(At($"{name}.csv")), null);
            Assert.NotNull(given.Problem(given.Start).Training.SampleWeights);
            Assert.Equal(name == "few", CSharpProgram.HoldsRows(given.Problem(given.Start)));
            Export(given, At($"{runs.Length}"), "?batch=7", 40);
            runs = [.. runs, (name, 40)];
        }

        Write("Directory.Build.props", "<Project />");
        Write("all.proj", """
            <Project DefaultTargets="Build">
              <ItemGroup><Run Include="*/run.csproj" /></ItemGroup>
              <Target Name="Restore"><MSBuild Projects="@(Run)" Targets="Restore" Properties="Stage=Restore" /></Target>
              <Target Name="Build"><MSBuild Projects="@(Run)" BuildInParallel="true" /></Target>
            </Project>
            """);
        Started(Folder, "build", "all.proj", "-c", "Release", "-v", "q", "--nologo");
        for (int n = 0; n < runs.Length; n++)
        {
            string folder = At($"{n}");
            Assert.Contains($"after {runs[n].Steps} steps", Started(folder, Path.Combine("bin", "Release", "net10.0", "run.dll")), StringComparison.Ordinal);
            var ours = ModelFile<float>.Read(Path.Combine(folder, "model.safetensors"));
            var theirs = ModelFile<float>.Read(Path.Combine(folder, "repeated.safetensors"));
            Assert.All(ours.Network.Layers, layer => Assert.Equal(layer.GetWeights(), theirs.Network.Layers[layer.Index - 1].GetWeights()));
            Assert.All(ours.Network.Layers, layer => Assert.Equal(layer.GetBiases(), theirs.Network.Layers[layer.Index - 1].GetBiases()));
        }
    }

    /// <summary>What the page offers after so many steps, in a folder.</summary>
    private static void Export(GivenFiles given, string folder, string query, long steps)
    {
        using var bench = new Workbench(given);
        bench.Open(query, train: false);
        Assert.Null(bench.Mistake);
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
        Directory.CreateDirectory(folder);
        foreach (string name in new[] { "run.cs", "rows.csv", "model.safetensors" })
        {
            File.WriteAllBytes(Path.Combine(folder, name), ExportFiles.Make(bench, name)!.Content);
        }

        string library = Path.Combine(AppContext.BaseDirectory, "Backprop.dll");
        File.WriteAllText(Path.Combine(folder, "run.csproj"), $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup><OutputType>Exe</OutputType><TargetFramework>net10.0</TargetFramework><ImplicitUsings>enable</ImplicitUsings><Nullable>enable</Nullable></PropertyGroup>
              <ItemGroup><Reference Include="{library}" /></ItemGroup>
            </Project>
            """);
    }

    /// <summary>What dotnet prints; it must succeed.</summary>
    private static string Started(string folder, params string[] args)
    {
        using Process process = Process.Start(new ProcessStartInfo("dotnet", args) { WorkingDirectory = folder, RedirectStandardOutput = true, UseShellExecute = false })!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, output);
        return output;
    }

    /// <summary>Each row has a cell for each name of the first line.</summary>
    [Theory]
    [InlineData("", "x1,x2,class")]
    [InlineData("?features=x2,x1x2,sin1", "x2,x1x2,sin1,class")]
    [InlineData("?data=hills", "x1,x2,y")]
    [InlineData("?data=note", "x1,x2,y")]
    public void The_points_have_the_names_of_their_columns(string query, string header)
    {
        using var bench = new Workbench(GivenFiles.None);
        bench.Open(query, train: false);
        string[] lines = System.Text.Encoding.UTF8.GetString(ExportFiles.Make(bench, "data.csv")!.Content).TrimEnd('\n').Split('\n');
        Assert.Equal(header, lines[0]);
        Assert.Equal(bench.Problem!.All.Rows + 1, lines.Length);
        Assert.All(lines, line => Assert.Equal(header.Split(',').Length, line.Split(',').Length));
    }

    [Fact]
    public void Rows_that_were_given_are_not_offered_as_points()
    {
        Write("rows.csv", "a,b,y\n1,2,0\n2,3,1\n4,1,0\n5,2,1\n1,1,0\n2,2,1\n");
        new ModelFile<float>(new Network<float>(NetworkDefinition.Parse("2-3:tanh-2:softmax"), Initializer.PyTorch, 0), null, null).Write(At("plain.safetensors"));
        using var bench = new Workbench(GivenFiles.Read(At("plain.safetensors"), DataSource.Named(At("rows.csv")), null));
        bench.Open("", train: false);
        Assert.NotNull(bench.Problem!.Points);
        Assert.Null(bench.Problem.Schema);
        Assert.DoesNotContain("data.csv", ExportFiles.Of(bench).Select(file => file.Name));
        Assert.Null(ExportFiles.Make(bench, "data.csv"));
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
