using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Backprop.Data;
using Backprop.Derivations;
using Backprop.Derivations.Formats;
using Backprop.ModelFiles;
using Backprop.Networks;
using Backprop.Pages.Derivation;
using Backprop.Pages.Runs;
using Backprop.Tables.Schemas;

namespace Backprop.Pages.Export;

/// <summary>What can be taken away from a workbench, as it stands at that moment.</summary>
internal static class ExportFiles
{
    private const string Model = "model.safetensors", Program = "run.cs", Markdown = "derivation.md", Latex = "derivation.tex", AllRows = "data.csv";

    private static readonly JsonWriterOptions s_plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The files' names, and what they are.</summary>
    public static IEnumerable<(string Name, string What)> Of(Workbench bench)
    {
        yield return (Model, "the network with its weights; PyTorch opens it too");
        yield return (Program, "a C# program that repeats the run to the same bits");
        if (bench.Problem is { } problem && !CSharpProgram.HoldsRows(problem))
        {
            yield return (CSharpProgram.RowsFile, "the rows that run.cs learns from, to lie beside it");
        }

        yield return (Markdown, "the derivation, with formulas");
        yield return (Latex, "the same for LaTeX");
        if (bench.Problem is { IsPlane: true })
        {
            yield return (AllRows, "all points, for backprop explain and check");
        }
    }

    /// <summary>Makes a file; null where there is none of that name.</summary>
    public static DownloadFile? Make(Workbench bench, string name)
    {
        if (bench.Latest is not { } now || bench.Problem is not { } problem)
        {
            return null;
        }

        return name switch
        {
            Model => new(name, "application/octet-stream", ModelBytes(now.Network, problem, bench.Shown.ToQuery(new()))),
            Program => Text(name, "text/x-csharp", CSharpProgram.Write(bench.Given, problem, bench.State, now)),
            CSharpProgram.RowsFile => Text(name, "text/csv", CSharpProgram.Rows(problem)),
            Markdown => Text(name, "text/markdown", ExplanationMarkdown.Of(Explain(now, problem, bench))),
            Latex => Text(name, "text/x-tex", ExplanationLatex.Of(Explain(now, problem, bench))),
            AllRows when problem.IsPlane => Text(name, "text/csv", Csv(problem)),
            _ => null,
        };
    }

    private static DownloadFile Text(string name, string type, string text) => new(name, $"{type}; charset=utf-8", Encoding.UTF8.GetBytes(text));

    private static Explanation Explain(Snapshot now, Problem problem, Workbench bench) => DerivedParameter.Of(now, problem, bench.State, bench.Parameter).Explanation;

    private static byte[] ModelBytes(Network<float> network, Problem problem, string page)
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("backprop-"); // nobody else's
        string file = Path.Combine(folder.FullName, "model.safetensors");
        try
        {
            new ModelFile<float>(network, problem.Schema is null ? null : SchemaJson.Write(problem.Schema), Training(page)).Write(file);
            return File.ReadAllBytes(file);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>What the model file says of its training: the address that repeats it, whole, since whoever opens it has another bare address.</summary>
    private static string Training(string page)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, s_plain))
        {
            json.WriteStartObject();
            json.WriteString("page", page);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }

    /// <summary>The points of a plane, as the network is given them, with their classes or values.</summary>
    private static string Csv(Problem problem)
    {
        Dataset<double> all = problem.All;
        var text = new StringBuilder();
        text.AppendJoin(',', problem.Features.Append(all.Targets.AreClasses ? "class" : "y")).Append('\n');
        for (int row = 0; row < all.Rows; row++)
        {
            text.AppendJoin(',', all.Row(row).ToArray().Append(all.Targets.AreClasses ? all.Targets.ClassIndices[row] : all.Targets[row, 0]).Select(value => value.ToString("R", CultureInfo.InvariantCulture))).Append('\n');
        }

        return text.ToString();
    }
}
