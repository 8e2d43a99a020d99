using System.Text;
using Backprop.Data;
using Backprop.Pages.Drawing;
using Backprop.Pages.Runs;
using Microsoft.AspNetCore.Components.Forms;

namespace Backprop.Pages.Components;

/// <summary>Which rows are learned.</summary>
public partial class DataPanel
{
    /// <summary>More at once are a mistake, which is said of so many.</summary>
    private const int MostFiles = 20;

    private static readonly DataChoice[] s_planes = [.. PlaneData.Names.Select(name => new DataChoice(name, Capital(name), Thumbnail(name)))];

    private IEnumerable<DataChoice> Choices =>
    [
        .. Bench.Given.Source is { } source ? [new DataChoice("file", Short(source.Name), Icon("M3 3h18v18H3zM3 9h18M3 15h18M9 3v18"))] : Array.Empty<DataChoice>(),
        .. s_planes,
        new(NoteExample.Name, "Example", Icon("M4 4h16v16H4zM8 9h8M8 12h8M8 15h5")),
        new("digits", "Digits", Icon("M9 7q3-4 6 0t-6 10h7")),
        new("iris", "Iris", Icon("M12 21V11M12 11q-7-2-5-8 5 1 5 8 0-7 5-8 2 6-5 8")),
    ];

    private async Task Open(InputFileChangeEventArgs change)
    {
        var files = new List<(string Name, byte[] Content)>();
        foreach (IBrowserFile file in change.GetMultipleFiles(MostFiles))
        {
            if (file.Size > OpenedFiles.MostBytes)
            {
                Bench.Say($"'{file.Name}' has {file.Size:N0} bytes, the page takes at most {OpenedFiles.MostBytes:N0}; 'backprop train' has no such limit");
                return;
            }

            using var content = new MemoryStream();
            await using Stream stream = file.OpenReadStream(OpenedFiles.MostBytes);
            await stream.CopyToAsync(content);
            files.Add((file.Name, content.ToArray()));
        }

        Bench.Open(files);
    }

    private void SetFeature(string name, bool isOn)
    {
        string features = PlaneFeatures.With(Bench.State.Features, name, isOn);
        if (features.Length == 0)
        {
            Bench.Say("A network needs an input: the last feature stays");
        }
        else
        {
            Bench.Train(state => state with { Features = features });
        }
    }

    /// <summary>Whether the weights are the example's own.</summary>
    private string ExampleNote => Bench.Definition is not { } network || Bench.State.Data != NoteExample.Name ? ""
        : NoteExample.HasItsWeights(Bench.State, network) ? "The example of docs/back-propagation.md, section 8: one row, x = (1, 0.5), t = 1, and the example's own weights. Its numbers are the page's: W1[0,1] has the derivative −0.0469572, one step takes the loss from 0.1387 to 0.0001438."
        : "The example's row, but other layers than its 2:tanh-2:sigmoid and one output: the weights are drawn by the seed.";

    /// <summary>Whether the test rows are those that the model has held out.</summary>
    private string HeldOutNote(Problem problem) => !Bench.State.FromModel || Bench.State.Data != "file" ? ""
        : Bench.Given.HeldOut is not { } held ? ". Which rows the model has held out is not known: it may have learned from some of the test rows"
        : Bench.State.Test == held.Part && Bench.State.Seed == held.Seed && problem.TrainingRows.Length == held.Learned ? ". The test rows are those that the model has held out"
        : ". The model has held out others: it has learned from some of the test rows";

    private static string Capital(string name) => name == "xor" ? "XOR" : char.ToUpperInvariant(name[0]) + name[1..];

    private static string Short(string name)
    {
        string file = Path.GetFileName(name.Split(',')[0]);
        return file.Length <= 18 ? file : $"{file[..15]}…";
    }

    private static string Icon(string path) => $"<svg viewBox=\"0 0 24 24\" aria-hidden=\"true\"><path d=\"{path}\" fill=\"none\" stroke=\"currentColor\" stroke-width=\"1.5\" stroke-linecap=\"round\"/></svg>";

    /// <summary>A few of a plane's points.</summary>
    private static string Thumbnail(string name)
    {
        Dataset<double> data = PlaneData.Make(name, 90, 0.05, 1);
        var svg = new StringBuilder("<svg viewBox=\"-3.6 -3.6 7.2 7.2\" aria-hidden=\"true\">");
        for (int row = 0; row < data.Rows; row++)
        {
            svg.Append($"<circle cx=\"{data.Row(row)[0]:F2}\" cy=\"{-data.Row(row)[1]:F2}\" r=\".3\" fill=\"{(data.Targets.AreClasses ? Palette.OfClass(data.Targets.ClassIndices[row]) : Palette.OfSigned(data.Targets[row, 0]))}\"/>");
        }

        return svg.Append("</svg>").ToString();
    }

    private sealed record DataChoice(string Name, string Title, string Picture);
}
