using System.CommandLine;
using Backprop.Cli.Input;

namespace Backprop.Cli.Tests;

/// <summary>Every output of every command onto every kind of its inputs, under every spelling; in this process, since there are many.</summary>
public sealed class NamedFilesTests : IDisposable
{
    private static readonly FileUse[] s_outputs = [FileUse.Output, FileUse.OutputOrStandard, FileUse.OutputFolder, FileUse.CheckpointFolder];

    private readonly string _folder = Directory.CreateTempSubdirectory("backprop-test").FullName;

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static IEnumerable<Symbol> Symbols(Command command) => command.Arguments.Concat<Symbol>(command.Options);

    [Fact]
    public void EveryOptionAndArgumentSaysWhetherItNamesAFile()
    {
        foreach (Command command in Program.Root.Subcommands)
        {
            foreach (Symbol symbol in Symbols(command))
            {
                Type type = symbol is Option option ? option.ValueType : ((Argument)symbol).ValueType;
                bool isNumberOrFlag = (Nullable.GetUnderlyingType(type) ?? type).IsPrimitive;
                Assert.True(isNumberOrFlag || NamedFiles.TakesText(symbol), $"{command.Name} {symbol.Name} is a {type.Name}: a number, a flag or a string expected");
                Assert.True(isNumberOrFlag || NamedFiles.UseOf(command, symbol) is not null, $"nobody has said whether {command.Name} {symbol.Name} names a file");
            }
        }
    }

    [Fact]
    public void NoOutputIsAnInput()
    {
        int cases = 0;
        foreach (Command command in Program.Root.Subcommands)
        {
            foreach (Symbol output in Symbols(command).Where(symbol => NamedFiles.UseOf(command, symbol) is { } use && s_outputs.Contains(use)))
            {
                foreach (Symbol input in Symbols(command).Where(symbol => symbol != output))
                {
                    foreach ((string text, string file) in Inputs(NamedFiles.UseOf(command, input)))
                    {
                        foreach ((string written, string read) in Spellings(text, file))
                        {
                            cases += RequireRefused(command, (output, written), (input, read));
                        }
                    }
                }
            }
        }

        Assert.True(cases > 500, $"{cases} cases");
    }

    [Fact]
    public void NoOutputIsAnother()
    {
        int cases = 0;
        foreach (Command command in Program.Root.Subcommands)
        {
            Symbol[] outputs = [.. Symbols(command).Where(symbol => NamedFiles.UseOf(command, symbol) is { } use && s_outputs.Contains(use))];
            foreach (Symbol first in outputs)
            {
                foreach (Symbol second in outputs.Where(second => second != first && (IsFile(command, first) || IsFile(command, second))))
                {
                    cases += RequireRefused(command, (first, At("new")), (second, At("./new")));
                }
            }
        }

        Assert.Equal(18 + 6, cases); // train: 5 × 4, less the two folders in both orders; tune: 3 × 2
    }

    [Theory]
    [InlineData("train", "{0}d.csv", "-o", "{0}m.st", "--log", "{0}l", "--checkpoint", "{0}", "--tensorboard", "{0}")]
    [InlineData("train", "builtin:iris", "-o", "{0}builtin:iris")]
    [InlineData("train", "--query", "SELECT 'x' AS a, * FROM '{0}d.csv'", "--target", "y", "-o", "{0}x")]
    [InlineData("train", "--query", "SELECT * FROM '{0}*.csv'", "--target", "y", "-o", "{0}n.csv", "--log", "{0}d.st")]
    [InlineData("train", "{0}*.csv", "-o", "{0}n.csv")]
    [InlineData("predict", "{0}m.st", "{0}d.csv", "-o", "-")]
    [InlineData("explain", "{0}m.st", "-", "-o", "-")]
    [InlineData("predict", "{0}m.st", "{0}d.csv", "-o", "{0}D.CSV.csv")]
    [InlineData("train", "{0}d.csv", "--resume", "{0}ck", "-o", "{0}m.st")]
    public void WhatIsApartIsLetThrough(params string[] args)
    {
        Make("d.csv");
        string[] rooted = [.. args.Select(arg => arg.Replace("{0}", _folder + Path.DirectorySeparatorChar, StringComparison.Ordinal))];
        NamedFiles.Require(Program.Root.Parse(rooted, Program.Parsing));
        Assert.Equal([At("d.csv")], Directory.GetFileSystemEntries(_folder));
    }

    [Fact]
    public void WhatWasResumedKeepsItsInputs()
    {
        Make("d.csv");
        ParseResult first = Program.Root.Parse(["train", At("d.csv"), "-o", At("m.st")], Program.Parsing);
        NamedFiles.RequireApart(first);
        Assert.Throws<UsageException>(() => NamedFiles.RequireApart(first, At("d.csv")));
    }

    private static bool IsFile(Command command, Symbol symbol) => NamedFiles.UseOf(command, symbol) is FileUse.Output or FileUse.OutputOrStandard;

    private string At(string name) => Path.Combine(_folder, name);

    private string Make(string name)
    {
        string path = At(name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, name);
        return path;
    }

    /// <summary>What an input may say, and a file that it then reads.</summary>
    private IEnumerable<(string Text, string File)> Inputs(FileUse? use)
    {
        switch (use)
        {
            case FileUse.Input:
                string file = Make("some.file");
                yield return (file, file);
                break;
            case FileUse.Data:
                foreach (string table in new[] { "d.csv", "d.tsv", "d.json", "d.jsonl", "d.parquet", "d.csv.gz", "d.npz", "x.npy", "images" })
                {
                    yield return (Make(table), At(table));
                }

                yield return (At("*.csv"), Make("one.csv"));
                foreach ((string first, string second) in new[] { ("x.npy", "y.npy"), ("images.gz", "labels.gz"), ("images", "labels") })
                {
                    string pair = $"{Make(first)},{Make(second)}";
                    yield return (pair, At(first));
                    yield return (pair, At(second));
                }

                break;
            case FileUse.Query:
                string rows = Make("sub/q.csv");
                foreach (string sql in new[] { "SELECT * FROM '{0}/q.csv'", "SELECT * FROM \"{0}/q.csv\"", "SELECT * FROM read_csv(['{0}/other.csv', '{0}/q.csv'])", "SELECT * FROM $${0}/q.csv$$", "SELECT * FROM '{0}/*.csv'", "SELECT * FROM '{0}/[pq].cs?'", "SELECT * FROM '{0}/../**/q.csv'", "SELECT 'it''s' AS a, * FROM '{0}/q.csv'" })
                {
                    yield return (sql.Replace("{0}", At("sub"), StringComparison.Ordinal), rows);
                }

                break;
            case FileUse.ReadFolder or FileUse.CheckpointFolder:
                string checkpoint = Make("checkpoints/checkpoint-00000001.safetensors");
                yield return (At("checkpoints"), checkpoint);
                break;
        }
    }

    /// <summary>An output and an input, by other names of the same files.</summary>
    private IEnumerable<(string Written, string Read)> Spellings(string text, string file)
    {
        string name = Path.GetFileName(file), folder = Path.GetDirectoryName(file)!;
        yield return (file, text);
        yield return ($"{folder}/./{name}", text);
        yield return ($"{folder}/nowhere/../{name}", text);
        yield return (Path.GetRelativePath(Environment.CurrentDirectory, file), text);
        if (!OperatingSystem.IsWindows())
        {
            string link = At("link"), way = At("way");
            File.Delete(link);
            File.CreateSymbolicLink(link, Path.GetRelativePath(_folder, file));
            File.Delete(way);
            Directory.CreateSymbolicLink(way, ".");
            if (name.StartsWith("checkpoint-", StringComparison.Ordinal) is false)
            {
                yield return (link, text);
            }

            yield return ($"{way}/way/{Path.GetRelativePath(_folder, file)}", text);
            yield return (file, text.Replace(_folder, way, StringComparison.Ordinal));
        }

        if (OperatingSystem.IsWindows() || OperatingSystem.IsMacOS())
        {
            yield return (file.ToUpperInvariant(), text);
        }
    }

    private int RequireRefused(Command command, (Symbol Symbol, string Text) output, (Symbol Symbol, string Text) other)
    {
        var args = new List<string> { command.Name };
        foreach (Argument argument in command.Arguments)
        {
            string? given = argument == other.Symbol ? other.Text : argument == output.Symbol ? output.Text : argument.Name == "MODEL" ? At("another.st") : null;
            args.AddRange(given is null ? [] : [given]);
        }

        foreach ((Symbol symbol, string text) in new[] { output, other }.Where(one => one.Symbol is Option))
        {
            args.Add($"{symbol.Name}={text}");
        }

        SortedDictionary<string, string> before = FolderState.Of(_folder);
        ParseResult parsed = Program.Root.Parse([.. args], Program.Parsing);
        Assert.Empty(parsed.Errors);
        string what = string.Join(' ', args);
        UsageException? error = null;
        try
        {
            NamedFiles.Require(parsed);
        }
        catch (UsageException refusal)
        {
            error = refusal;
        }

        Assert.True(error is not null, $"let through: {what}");
        Assert.Contains(output.Symbol.Name, error.Message);
        Assert.Contains(other.Symbol.Name, error.Message);
        Assert.Equal(before, FolderState.Of(_folder));
        return 1;
    }
}
