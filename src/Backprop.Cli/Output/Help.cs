using System.CommandLine;
using System.CommandLine.Help;

namespace Backprop.Cli.Output;

/// <summary>Help with examples, under the name that users know the tool by.</summary>
internal static class Help
{
    private static readonly Dictionary<string, string[]> s_examples = new(StringComparer.Ordinal)
    {
        ["train"] =
        [
            "backprop train                                          on the embedded digits",
            "backprop train iris.csv --target species -o iris.safetensors",
            "backprop train images.gz,labels.gz --network 256:relu-128:relu --optimizer adam --learning-rate 0.001",
            "backprop train --query \"SELECT * FROM 'data/*.parquet' WHERE year > 2020\" --target price --loss huber:1",
        ],
        ["tune"] =
        [
            "backprop tune houses.csv --target price",
            "backprop tune iris.csv --range learning-rate=1e-4..1e-1:log --range dropout=0..0.3 --trials 40 --folder search",
            "backprop tune iris.csv --range 'network=32:relu,64:relu,64:relu-32:relu' --max-time 300 --report search.html",
            "backprop tune --resume search",
        ],
        ["evaluate"] = ["backprop evaluate model.safetensors test.csv", "backprop evaluate model.safetensors builtin:digits --json"],
        ["predict"] = ["backprop predict model.safetensors new.csv -o predictions.csv", "cat new.csv | backprop predict model.safetensors -"],
        ["summary"] = ["backprop summary model.safetensors"],
        ["gradient"] = ["backprop gradient model.safetensors data.csv -o gradient.safetensors"],
        ["explain"] =
        [
            "backprop explain model.safetensors builtin:digits --row 0 --parameter 'W2[3,5]'",
            "backprop explain model.safetensors data.csv --row 7 --parameter 'b1[0]' --format latex -o derivation.tex",
        ],
        ["check"] = ["backprop check model.safetensors builtin:digits", "backprop check --network 5-7:gelu-3:softmax --all"],
        ["importance"] = ["backprop importance model.safetensors test.csv", "backprop importance model.safetensors test.csv --metric auc --repeats 20 --json"],
        ["data"] = ["backprop data iris.csv --target species", "backprop data builtin:digits"],
        ["export"] = ["backprop export model.safetensors --to onnx -o model.onnx", "backprop export model.safetensors --to onnx -o network.onnx --bare", "backprop export model.safetensors --to pytorch -o model.py", "backprop export model.safetensors --to csharp -o Model.cs --namespace Shop"],
        ["import"] = ["backprop import network.onnx -o model.safetensors", "backprop import state_dict.safetensors --network 4-8:relu-3:softmax -o model.safetensors"],
        ["serve"] = ["backprop serve", "backprop serve model.safetensors data.csv", "backprop serve iris.csv --target species --port 8080"],
        ["site"] = ["backprop site public", "backprop site docs/page --overwrite"],
        ["plugin"] = ["backprop plugin sql", "backprop plugin sql --source packages --overwrite"],
        ["completion"] = ["backprop completion bash >> ~/.bashrc", "backprop completion zsh >> ~/.zshrc", "backprop completion fish > ~/.config/fish/completions/backprop.fish"],
    };

    private static readonly string[] s_rootExamples =
        [s_examples["train"][0], s_examples["train"][1], s_examples["evaluate"][0], s_examples["predict"][0], s_examples["check"][0]];

    /// <summary>Prints the help that was asked for.</summary>
    public static int Print(ParseResult parsed)
    {
        if (parsed.Action is HelpAction action && Session.Current is { IsProcess: false })
        {
            action.MaxWidth = int.MaxValue; // the process's terminal is somebody else's
        }

        using var text = new StringWriter();
        int code = parsed.Invoke(new InvocationConfiguration { Output = text });
        Terminal.Out.Write(text.ToString().TrimEnd().Replace(RootCommand.ExecutableName, "backprop", StringComparison.Ordinal));
        Terminal.Out.WriteLine("\n\nExamples:");
        Command command = parsed.CommandResult.Command;
        foreach (string example in command is RootCommand ? s_rootExamples : s_examples[command.Name])
        {
            Terminal.Out.WriteLine($"  {example}");
        }

        return code;
    }
}
