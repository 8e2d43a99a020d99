using System.Text;

namespace Backprop.Bench.Reporting;

/// <summary>What a bench found: printed as it comes, and kept in bench/results with the machine's stamp if asked for.</summary>
internal sealed class Report
{
    private readonly StringBuilder _text = new();
    private readonly string _name;
    private readonly bool _save;

    public Report(string name, string title, bool save)
    {
        (_name, _save) = (name, save);
        Line($"# {title}");
        Line();
        Line(Machine.Stamp());
    }

    public void Line(string text = "")
    {
        _text.Append(text).Append('\n');
        Console.WriteLine(text);
    }

    public void Table(MarkdownTable table) => Line(table.ToString());

    /// <summary>What is going on, for whoever waits; not part of the report.</summary>
    public static void Progress(string text) => Console.Error.WriteLine($"… {text}");

    public void End()
    {
        if (_save)
        {
            string path = Path.Combine(Machine.BenchFolder, "results", $"{DateTime.Now:yyyy-MM-dd}-{_name}.md");
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, _text.ToString().TrimEnd('\n') + "\n");
            Progress($"written to {path}");
        }
    }
}
