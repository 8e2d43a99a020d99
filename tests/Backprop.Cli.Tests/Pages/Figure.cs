using System.Xml.Linq;
using Backprop.Pages;
using Backprop.Pages.Components;
using Backprop.Pages.Derivation;
using Backprop.Pages.Drawing;
using Backprop.Pages.Runs;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Backprop.Cli.Tests.Pages;

/// <summary>A drawing of the page as a picture that stands alone: the page's own components, and what of its style sheet they need.</summary>
internal static class Figure
{
    private static readonly string[] s_drawn = [".graph", ".edge", ".unit", ".below", ".pick-line", ".plot", ".grid", ".tick", "polyline", ".tangent", ".gap", ".promise"];

    /// <summary>The network as the workbench has it.</summary>
    /// <param name="bench">What is looked at.</param>
    /// <param name="lights">Rules of style for what is to stand out.</param>
    public static Task<string> Network(Workbench bench, string lights = "") => Of<NetworkGraph, Workbench>(bench, [], lights);

    /// <summary>The loss as a parameter moves.</summary>
    public static Task<string> Nudge(Nudge nudge, string name, double offset) => Of<NudgeChart, NudgePicture>(new(nudge, offset), new() { [nameof(NudgeChart.Name)] = name });

    private static async Task<string> Of<TComponent, TDrawn>(TDrawn drawn, Dictionary<string, object> parameters, string lights = "") where TComponent : IComponent
    {
        await using ServiceProvider services = new ServiceCollection().BuildServiceProvider();
        await using var renderer = new HtmlRenderer(services, NullLoggerFactory.Instance);
        RenderFragment component = builder =>
        {
            builder.OpenComponent<TComponent>(0);
            builder.AddMultipleAttributes(1, parameters);
            builder.CloseComponent();
        };
        var cascade = ParameterView.FromDictionary(new Dictionary<string, object?> { ["Value"] = drawn, ["ChildContent"] = component });
        string html = await renderer.Dispatcher.InvokeAsync(async () => (await renderer.RenderComponentAsync<CascadingValue<TDrawn>>(cascade)).ToHtmlString());
        int begin = html.IndexOf("<svg", StringComparison.Ordinal), end = html.LastIndexOf("</svg>", StringComparison.Ordinal) + 6;
        string style = $"<style>\n{Style()}\n{lights}</style>";
        string svg = html[begin..end].Replace(" __internal_preventDefault_onclick", "", StringComparison.Ordinal); // the only thing that is no XML
        string[] box = svg.Split("viewBox=\"")[1].Split('"')[0].Split(' ');
        int inside = svg.IndexOf('>', StringComparison.Ordinal) + 1;
        return $"{XElement.Parse($"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{box[2]}\" height=\"{box[3]}\" style=\"background:var(--panel);font-family:sans-serif\"{svg[4..inside]}{style}{svg[inside..]}")}\n";
    }

    /// <summary>Colours, and the rules of what is drawn; the style sheet has a rule a line.</summary>
    private static string Style()
    {
        using var reader = new StreamReader(PageAssets.Open("page.css"));
        string[] lines = reader.ReadToEnd().ReplaceLineEndings("\n").Split('\n');
        int colours = Array.FindIndex(lines, line => line.StartsWith('*'));
        return string.Join('\n', lines[..colours].Concat(lines.Where(line => s_drawn.Any(name => line.StartsWith(name, StringComparison.Ordinal)))));
    }
}
