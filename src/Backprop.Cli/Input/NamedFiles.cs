using System.CommandLine;
using System.Text.RegularExpressions;
using Backprop.Cli.Output;
using Backprop.ModelFiles;
using Backprop.Tables.Reading;
using Backprop.Training;

namespace Backprop.Cli.Input;

/// <summary>
/// Which options and arguments name files, and before anything is read: that no output is one of the inputs or another output, and that
/// every output can be written.
/// </summary>
internal static partial class NamedFiles
{
    /// <summary>By name, which means the same in every command unless the command stands before it. A test demands that none is missing.</summary>
    private static readonly Dictionary<string, FileUse> s_uses = new(StringComparer.Ordinal)
    {
        ["DATA"] = FileUse.Data,
        ["MODEL"] = FileUse.Input,
        ["serve MODEL"] = FileUse.Data, // or DATA alone
        ["DIR"] = FileUse.OutputFolder,
        ["FILE"] = FileUse.Input,
        ["SHELL"] = FileUse.None,
        ["--average"] = FileUse.None,
        ["NAME"] = FileUse.None,
        ["--source"] = FileUse.None,
        ["--bad-cells"] = FileUse.None,
        ["--categorical"] = FileUse.None,
        ["--checkpoint"] = FileUse.CheckpointFolder,
        ["--class"] = FileUse.None,
        ["--class-weights"] = FileUse.None,
        ["--config"] = FileUse.Input,
        ["--database"] = FileUse.Input,
        ["--date"] = FileUse.None,
        ["--decimal"] = FileUse.None,
        ["--encoding"] = FileUse.None,
        ["--folder"] = FileUse.OutputFolder,
        ["--format"] = FileUse.None,
        ["--from"] = FileUse.Input,
        ["--header"] = FileUse.None,
        ["--id"] = FileUse.None,
        ["--ignore"] = FileUse.None,
        ["--initializer"] = FileUse.None,
        ["--keep-by"] = FileUse.None,
        ["--language-version"] = FileUse.None,
        ["--log"] = FileUse.Output,
        ["--loss"] = FileUse.None,
        ["--map"] = FileUse.None,
        ["--metric"] = FileUse.None,
        ["--missing"] = FileUse.None,
        ["--missing-target"] = FileUse.None,
        ["--namespace"] = FileUse.None,
        ["--network"] = FileUse.None,
        ["--numeric"] = FileUse.None,
        ["--offset"] = FileUse.None,
        ["--on-divergence"] = FileUse.None,
        ["--optimizer"] = FileUse.None,
        ["--output"] = FileUse.Output,
        ["explain --output"] = FileUse.OutputOrStandard,
        ["predict --output"] = FileUse.OutputOrStandard,
        ["--parameter"] = FileUse.None,
        ["--precision"] = FileUse.None,
        ["--bins"] = FileUse.None,
        ["--preprocess"] = FileUse.None,
        ["--preset"] = FileUse.None,
        ["--query"] = FileUse.Query,
        ["--range"] = FileUse.None,
        ["--report"] = FileUse.Output,
        ["--resume"] = FileUse.ReadFolder,
        ["--sample-weight"] = FileUse.None,
        ["--schedule"] = FileUse.None,
        ["--separator"] = FileUse.None,
        ["--target"] = FileUse.None,
        ["--task"] = FileUse.None,
        ["--tensorboard"] = FileUse.OutputFolder,
        ["--threshold"] = FileUse.None,
        ["--to"] = FileUse.None,
        ["--validation"] = FileUse.Data,
    };

    /// <summary>What an option or an argument of a command names; null: nobody has said.</summary>
    public static FileUse? UseOf(Command command, Symbol symbol) =>
        s_uses.TryGetValue($"{command.Name} {symbol.Name}", out FileUse use) || s_uses.TryGetValue(symbol.Name, out use) ? use : null;

    /// <summary>Whether it takes text, and so could name a file.</summary>
    public static bool TakesText(Symbol symbol) => symbol is Option { ValueType: var type } && type == typeof(string) || symbol is Argument { ValueType: var other } && other == typeof(string);

    /// <summary>Refuses what would overwrite an input, and what cannot be written. Nothing has been read yet.</summary>
    /// <param name="parsed">A command line without mistakes.</param>
    /// <exception cref="UsageException">An output is one of the inputs, or another output.</exception>
    /// <exception cref="DataException">An output cannot be written.</exception>
    public static void Require(ParseResult parsed)
    {
        RequireApart(parsed);
        foreach (Named output in Of(parsed).Where(file => file.IsOutput))
        {
            if (output.Use is FileUse.Output or FileUse.OutputOrStandard)
            {
                OutputFile.RequireWritable(output.Text);
            }
            else if (output.Use is FileUse.OutputFolder or FileUse.CheckpointFolder)
            {
                OutputFile.RequireWritableFolder(output.Text);
            }
        }
    }

    /// <summary>Refuses what would overwrite an input or another output.</summary>
    /// <param name="parsed">A command line without mistakes.</param>
    /// <param name="output">What stands in the place of <c>--output</c>; null: what the command line says.</param>
    /// <param name="report">What stands in the place of <c>--report</c>; null: what the command line says.</param>
    /// <exception cref="UsageException">Two names of one file.</exception>
    public static void RequireApart(ParseResult parsed, string? output = null, string? report = null)
    {
        Named[] files = [.. Of(parsed, output, report)];
        for (int n = 0; n < files.Length; n++)
        {
            for (int m = 0; m < files.Length; m++)
            {
                if (files[n].IsOutput && m != n && (m < n || !files[m].IsOutput) && Clash(files[n], files[m]) is { } clash)
                {
                    throw new UsageException($"{files[n].Title} and {files[m].Title} {clash}: {(files[m].IsOutput ? "both would be written" : "it would be overwritten")}, give {files[n].Name} another name");
                }
            }
        }
    }

    private static string? Clash(Named output, Named other)
    {
        foreach (string path in other.Paths)
        {
            // Two folders may be one: what is written in them has names of its own.
            if (!(output.IsFolder && other.IsFolder) && RealPath.AreSame(path, output.Paths[0]))
            {
                return $"are the same file '{path}'";
            }

            if (IsCheckpointIn(output, path))
            {
                return $"share '{path}', one of the checkpoints, which are deleted when newer ones have come";
            }
        }

        return IsCheckpointIn(other, output.Paths[0]) ? $"share '{output.Paths[0]}', which would be taken for a checkpoint"
            : other.Use == FileUse.Query && IsRead(other.Text, output) ? $"are the same file '{output.Text}'"
            : other.Use == FileUse.Query && MakesUpNames(other.Text) && TableReader.IsTable(output.Text) && File.Exists(WorkingFolder.Full(output.Text)) ? $"may be the same file '{output.Text}', since the query makes up names of files"
            : null;
    }

    private static bool IsCheckpointIn(Named folder, string path) =>
        folder.Use is FileUse.CheckpointFolder or FileUse.ReadFolder && RealPath.AreSame(Path.GetDirectoryName(path) ?? "", folder.Paths[0]) && CheckpointFolder.IsCheckpoint(Path.GetFileName(path));

    /// <summary>The files that a command line names, as far as it says.</summary>
    private static IEnumerable<Named> Of(ParseResult parsed, string? output = null, string? report = null)
    {
        Command command = parsed.CommandResult.Command;
        // What a resumed run reads and writes stands in its checkpoint; here count only the options that are given.
        bool resumes = command.Options.Any(option => UseOf(command, option) == FileUse.ReadFolder && IsGiven(parsed, option));
        foreach (Symbol symbol in command.Arguments.Concat<Symbol>(command.Options).Where(TakesText))
        {
            FileUse use = UseOf(command, symbol) ?? throw new InvalidOperationException($"nobody has said whether {command.Name} {symbol.Name} names a file");
            string? text = symbol is Option<string> option ? parsed.GetValue(option) : parsed.GetValue((Argument<string>)symbol);
            bool isGiven = IsGiven(parsed, symbol);
            if ((symbol.Name switch { "--output" => output, "--report" => report, _ => null }) is { } instead)
            {
                (text, isGiven) = (instead, true);
            }

            if (text is null || use == FileUse.None || (resumes && !isGiven))
            {
                continue;
            }

            if (text.Length == 0 && use is FileUse.Output or FileUse.OutputOrStandard or FileUse.OutputFolder or FileUse.CheckpointFolder)
            {
                throw new UsageException($"{symbol.Name}: nothing found, the name of a {(use is FileUse.Output or FileUse.OutputOrStandard ? "file" : "folder")} expected");
            }

            if (text == "-" && use is FileUse.Output or FileUse.OutputFolder or FileUse.CheckpointFolder)
            {
                throw new UsageException($"{symbol.Name}: '-' found, which stands for standard output; a {(use == FileUse.Output ? "file" : "folder")} expected (./- where that is its name)");
            }

            if (use is FileUse.Output or FileUse.OutputOrStandard && IsStandardOutput(text))
            {
                throw new UsageException($"{symbol.Name}: '{text}' found, the standard output, where the command says what it has done{(use == FileUse.OutputOrStandard ? " (- stands for it)" : "")}; a file or another pipe expected, such as >(COMMAND)");
            }

            if (!(text == "-" && use == FileUse.OutputOrStandard))
            {
                yield return new(symbol.Name, text, use, [.. Paths(text, use).Select(RealPath.Of)], isGiven);
            }
        }
    }

    /// <summary>By the names that systems have for it; where it goes into a file, that file is meant, and replaced.</summary>
    private static bool IsStandardOutput(string path) => !Platform.Current.IsWindows && path is "/dev/stdout" or "/dev/fd/1" or "/proc/self/fd/1" && AtomicFile.IsDevice(path);

    private static bool IsGiven(ParseResult parsed, Symbol symbol) => symbol switch
    {
        Option option => parsed.GetResult(option) is { Implicit: false },
        Argument argument => parsed.GetResult(argument) is { Tokens.Count: > 0 },
        _ => false,
    };

    private static IEnumerable<string> Paths(string text, FileUse use) => use switch
    {
        FileUse.Query => [],
        FileUse.Data => DataFiles(text),
        _ => [text],
    };

    /// <summary>As DATA is read.</summary>
    private static IEnumerable<string> DataFiles(string text)
    {
        if (text == "-" || text.StartsWith("builtin:", StringComparison.Ordinal))
        {
            return [];
        }

        if (!TableReader.IsTable(text))
        {
            return [text, .. text.Split(',', StringSplitOptions.RemoveEmptyEntries)];
        }

        try
        {
            return [text, .. TableReader.Files(text)];
        }
        catch (DataException)
        {
            return [text]; // that there is no such file is said when it is read
        }
    }

    /// <summary>Whether a string of the SQL names an output that exists, or matches it.</summary>
    private static bool IsRead(string sql, Named output)
    {
        foreach (Match match in SqlString().Matches(sql))
        {
            int quote = match.Value[0] == '$' ? 2 : 1;
            string text = match.Value[quote..^quote].Replace("''", "'", StringComparison.Ordinal).Replace("\"\"", "\"", StringComparison.Ordinal);
            text = Platform.Current.WithSlashes(text);
            int pattern = text.IndexOfAny(['*', '?', '[']);
            if (pattern < 0)
            {
                if (RealPath.AreSame(RealPath.Of(text), output.Paths[0]))
                {
                    return true;
                }

                continue;
            }

            // The folders before the first character that stands for others may be links.
            int folder = text.LastIndexOf('/', pattern) + 1;
            string within = Path.TrimEndingDirectorySeparator(RealPath.Of(folder == 0 ? "." : text[..folder])) + '/';
            string regex = $"^{Regex.Escape(Platform.Current.WithSlashes(within))}{Wildcard().Replace(Regex.Escape(text[folder..]), found => found.Value switch { @"\*\*/" => "(?:.*/)?", @"\*\*" => ".*", @"\*" => "[^/]*", _ => "[^/]" })}$";
            string ignoreCase = Platform.Current.PathComparison == StringComparison.Ordinal ? "" : "(?i)";
            if (File.Exists(WorkingFolder.Full(output.Text)) && Regex.IsMatch(Platform.Current.WithSlashes(output.Paths[0]), ignoreCase + regex, RegexOptions.NonBacktracking))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether a query may put a file's name together, so that it does not stand in the text.</summary>
    private static bool MakesUpNames(string sql) => s_joiners.Any(joiner => sql.Contains(joiner, StringComparison.OrdinalIgnoreCase));

    private static readonly string[] s_joiners = ["||", "concat", "format", "printf", "getvariable", "replace", "list_", "array_", "chr("];

    /// <summary>'text', "name" and $$text$$.</summary>
    [GeneratedRegex("""'(?:[^']|'')*'|"(?:[^"]|"")*"|\$\$.*?\$\$""", RegexOptions.Singleline | RegexOptions.NonBacktracking)]
    private static partial Regex SqlString();

    /// <summary>What stands for other characters, escaped; of a class of them no more is asked than that it is one.</summary>
    [GeneratedRegex(@"\\\*\\\*/|\\\*\\\*|\\\*|\\\?|\\\[[^\]]+\]", RegexOptions.NonBacktracking)]
    private static partial Regex Wildcard();

    /// <param name="Name">The option or argument.</param>
    /// <param name="Text">What it says.</param>
    /// <param name="Use">What that is.</param>
    /// <param name="Paths">The files or the folder, links followed; none for a query.</param>
    /// <param name="IsGiven">Whether the command line says it; else it is the default.</param>
    private sealed record Named(string Name, string Text, FileUse Use, IReadOnlyList<string> Paths, bool IsGiven)
    {
        public bool IsOutput => Use is FileUse.Output or FileUse.OutputOrStandard or FileUse.OutputFolder or FileUse.CheckpointFolder;

        public bool IsFolder => Use is FileUse.OutputFolder or FileUse.CheckpointFolder or FileUse.ReadFolder;

        public string Title => IsGiven ? Name : $"{Name} ({Text} unless given)";
    }
}
