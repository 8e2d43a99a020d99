using System.CommandLine;
using System.CommandLine.Help;
using Backprop.Cli.Commands;
using Backprop.Cli.Input;
using Backprop.Cli.Output;

namespace Backprop.Cli;

/// <summary>The backprop command-line tool.</summary>
internal static class Program
{
    /// <summary>An argument that begins with @ is an argument, not a file of more of them.</summary>
    public static ParserConfiguration Parsing { get; } = new() { ResponseFileTokenReplacer = null };

    /// <summary>All commands.</summary>
    public static RootCommand Root => new("Trains dense feed-forward networks by exact back propagation, and proves every derivative.")
    {
        TrainCommand.Create(), EvaluateCommand.Create(), PredictCommand.Create(), SummaryCommand.Create(),
        GradientCommand.Create(), ExplainCommand.Create(), CheckCommand.Create(), DataCommand.Create(), ServeCommand.Create(), CompletionCommand.Create(),
    };

    private static async Task<int> Main(string[] args)
    {
        RootCommand root = Root;
        args = args is ["help", .. var rest] ? [.. rest, "--help"] : args;
        if (args.Length == 0)
        {
            return Help.Print(root.Parse(["--help"]));
        }

        try
        {
            ParseResult parsed = root.Parse(ConfigFile.Merge(root, args), Parsing);
            if (parsed.Action is HelpAction)
            {
                return Help.Print(parsed);
            }

            if (!args[0].StartsWith("[suggest", StringComparison.Ordinal))
            {
                if (ParseErrors.Explain(parsed) is { } mistake)
                {
                    throw new UsageException(mistake);
                }

                NamedFiles.Require(parsed);
            }

            return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
        }
        catch (UsageException error)
        {
            if (args is [var name] && root.Subcommands.Any(command => command.Name == name))
            {
                Help.Print(root.Parse([name, "--help"])); // a bare command that needs more
            }

            return Terminal.Fail(error.Message, ExitCode.Usage);
        }
        catch (DivergenceException error)
        {
            return Terminal.Fail(error.Message, ExitCode.Diverged);
        }
        catch (BackpropException error)
        {
            return Terminal.Fail(error.Message, ExitCode.Data);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return Terminal.Fail(error.Message, ExitCode.Data);
        }
        catch (OutOfMemoryException)
        {
            return Terminal.Fail("there is not enough memory for this", ExitCode.Data);
        }
        catch (Exception error) when (Environment.GetEnvironmentVariable("BACKPROP_TRACE") is null)
        {
            return Terminal.Fail($"a mistake of backprop itself, please report it ({error.GetType().Name}: {error.Message}); BACKPROP_TRACE=1 shows where", ExitCode.Data);
        }
    }
}
