using System.IO.Compression;
using System.Text.Json;
using Backprop.Data;
using Backprop.Losses;
using Backprop.Networks;
using Backprop.Optimizers;
using Backprop.Propagation;
using Backprop.Tests.Oracles;

namespace Backprop.Tests;

/// <summary>lbfgs beside scipy's L-BFGS-B on fifty problems, from the same weights; <c>tests/long/lbfgs.sh</c> takes problems of other seeds.</summary>
public class MinimaTests
{
    private const double AtMinimum = 1e-6;

    [Fact]
    public void NoMinimumIsWorseThanScipys()
    {
        using JsonDocument file = Environment.GetEnvironmentVariable("BACKPROP_MINIMA") is { Length: > 0 } path ? Read(path) : Golden.Open("golden-minima.json.gz");
        var worse = new List<string>();
        Tally one = new("one minimum"), several = new("several minima");
        foreach (JsonElement problem in file.RootElement.GetProperty("problems").EnumerateArray())
        {
            var definition = NetworkDefinition.Parse(problem.GetProperty("network").GetString()!, Loss.Parse(problem.GetProperty("loss").GetString()!));
            double[] x = Golden.Numbers(problem.GetProperty("x"));
            var data = new Dataset<double>(x.Length / definition.Inputs, definition.Inputs, x, Targets<double>.Values(Golden.Numbers(problem.GetProperty("t")), definition.TargetCount));
            using var objective = new Objective<double>(new(definition), data, 0, problem.GetProperty("l2").GetDouble(), threads: 1);
            objective.SetParameters(Golden.Numbers(problem.GetProperty("theta")));
            Minimization<double> search = new Lbfgs(10, 1e-9, 0).Start(objective);
            Tally tally = problem.GetProperty("several").GetBoolean() ? several : one;
            for (int n = 0; n < 20_000 && !search.HasConverged; n++, tally.Iterations++)
            {
                search.Step();
            }

            tally.Problems++;
            if (search.Gradient.ToArray().Max(Math.Abs) < AtMinimum && problem.GetProperty("gradient").GetDouble() < AtMinimum)
            {
                double minimum = problem.GetProperty("minimum").GetDouble(), apart = (search.Value - minimum) / Math.Abs(minimum);
                tally.Same += Math.Abs(apart) <= 1e-6 ? 1 : 0;
                tally.Lower += apart < -1e-6 ? 1 : 0;
                tally.Higher += apart > 1e-6 ? 1 : 0;
                if (apart > 1e-6 && tally == one)
                {
                    worse.Add($"{definition} with L2 {problem.GetProperty("l2").GetDouble():E1}: {search.Value:R} found, {minimum:R} by scipy");
                }
            }
        }

        Console.WriteLine($"{one}\n{several}");
        Assert.True(worse.Count == 0, string.Join("\n", worse));
        Assert.True(one.Problems == 50 && one.Same + one.Lower >= 48, $"{one}");
        Assert.True(several.Higher <= (several.Problems / 2) + 3, $"{several}"); // as often as not
    }

    private sealed record Tally(string Kind)
    {
        public int Problems { get; set; }

        public int Same { get; set; }

        public int Lower { get; set; }

        public int Higher { get; set; }

        public long Iterations { get; set; }

        public override string ToString() => $"{Kind}: {Problems} problems, both at a minimum in {Same + Lower + Higher}, at the same in {Same}, scipy's is higher in {Lower}, lower in {Higher}; {Iterations} iterations";
    }

    private static JsonDocument Read(string path)
    {
        using var stream = new GZipStream(File.OpenRead(path), CompressionMode.Decompress);
        return JsonDocument.Parse(stream);
    }
}
