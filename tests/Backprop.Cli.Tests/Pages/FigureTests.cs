using System.Text.RegularExpressions;
using Backprop.Pages.Derivation;
using Backprop.Pages.Runs;
using Backprop.Tests.Oracles;

namespace Backprop.Cli.Tests.Pages;

/// <summary>The figures of docs/back-propagation.md are what the page draws; BACKPROP_REWRITE=1 draws them anew.</summary>
public sealed class FigureTests
{

    [Theory]
    [InlineData("1-notation")]
    [InlineData("2-one-weight")]
    [InlineData("3-corrected")]
    [InlineData("4-compact-form")]
    [InlineData("5-softmax")]
    [InlineData("6-batches")]
    [InlineData("7-forward")]
    [InlineData("7-backward")]
    [InlineData("8-example")]
    [InlineData("9-check")]
    [InlineData("10-norms")]
    public async Task A_figure_is_what_the_page_draws(string name)
    {
        string path = Repository.At($"docs/images/{name}.svg"), drawn = await Draw(name);
        if (Environment.GetEnvironmentVariable("BACKPROP_REWRITE") == "1")
        {
            await File.WriteAllTextAsync(path, drawn);
        }

        Assert.Equal(drawn, (await File.ReadAllTextAsync(path)).ReplaceLineEndings("\n"));
    }

    [Fact]
    public async Task Every_section_has_a_figure()
    {
        string text = await File.ReadAllTextAsync(Repository.At("docs/back-propagation.md"));
        string[] sections = Regex.Split(text, @"^## (?=\d)", RegexOptions.Multiline, TimeSpan.FromSeconds(10))[1..];
        Assert.Equal(10, sections.Length);
        Assert.All(sections, section => Assert.Matches($@"!\[.{{20,}}\]\(images/{section.Split('.')[0]}-[a-z-]+\.svg\)", section));
    }

    private static async Task<string> Draw(string name)
    {
        using var bench = new Workbench(GivenFiles.None);
        string example = (NoteExample.Suited(new()) with { Data = NoteExample.Name }).ToQuery(bench.Home.Start);
        bench.Open(name switch
        {
            "1-notation" => "?hidden=3:tanh-3:tanh&row=7&mean=0",
            "4-compact-form" => $"{example}&gradients=1",
            "5-softmax" => "?data=iris&hidden=4:tanh&row=60&gradients=1&parameter=W2%5B1,0%5D",
            "6-batches" => "?data=xor&hidden=4:tanh&mean=1&gradients=1&batch=16&parameter=W1%5B2,1%5D",
            "10-norms" => "?data=xor&hidden=4:tanh,layer_norm-4:tanh,residual&row=3&parameter=W1%5B2,1%5D",
            _ => example,
        }, train: false);
        Assert.Null(bench.Mistake);
        DerivedParameter derived = bench.Derived!;
        switch (name)
        {
            case "2-one-weight":
                string way = string.Join(',', derived.Explanation.Factors.Select(factor => ProductMarkup.Lights(derived.Explanation, factor)).SelectMany(selectors => selectors.Split(',')).Where(selector => selector.StartsWith(".edge", StringComparison.Ordinal)).Select(selector => $"{selector} .reach"));
                return await Figure.Network(bench, $"{way} {{ stroke: var(--accent); stroke-opacity: .3; stroke-width: 9; }}\n");
            case "3-corrected":
                PlantedMistake planted = Enumerable.Range(1, 12).Select(number => PlantedMistake.Of(derived.Network, bench.Problem!.All, number)!)
                    .MaxBy(mistake => Math.Abs(mistake.Product - mistake.Right.Derivative))!; // one that can be seen
                Nudge wrong = await Nudge.Of(derived.Network, derived.Rows, planted.Right.Parameter, planted.Product);
                return await Figure.Nudge(wrong, planted.Right.Parameter.ToString(), 0.6);
            case "9-check":
                return await Figure.Nudge(await derived.Nudge(), derived.Parameter.ToString(), 0.6);
            case "7-forward" or "7-backward":
                bench.StageIndex = bench.Stages.ToList().FindIndex(stage => stage.Layer == 2 && stage.IsBackward == (name == "7-backward"));
                return await Figure.Network(bench);
            default:
                return await Figure.Network(bench);
        }
    }
}
