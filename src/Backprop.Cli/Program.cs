using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
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
        TrainCommand.Create(), TuneCommand.Create(), EvaluateCommand.Create(), PredictCommand.Create(), SummaryCommand.Create(),
        GradientCommand.Create(), ExplainCommand.Create(), CheckCommand.Create(), ImportanceCommand.Create(), DataCommand.Create(), ExportCommand.Create(), ImportCommand.Create(), ServeCommand.Create(), SiteCommand.Create(), PluginCommand.Create(), CompletionCommand.Create(),
    };

    /// <summary>A run on other streams than the process's, in a folder that relative paths count from. Several may go on at once.</summary>
    /// <param name="args">The command line.</param>
    /// <param name="input">Standard input.</param>
    /// <param name="output">Standard output.</param>
    /// <param name="error">Standard error.</param>
    /// <param name="folder">The current folder of the run.</param>
    /// <param name="cancellation">Asks it to stop and save, as Ctrl-C does.</param>
    /// <returns>The exit code.</returns>
    public static async Task<int> Run(string[] args, Stream input, Stream output, Stream error, string folder, CancellationToken cancellation = default)
    {
        Session.Of(input, output, error, cancellation).Begin();
        WorkingFolder.Current = folder;
        return await Main(args);
    }

    private static async Task<int> Main(string[] args)
    {
        OptionalParts.Register();
        RootCommand root = Root;
        root.Options.OfType<VersionOption>().Single().Action = new VersionAction();
        args = args switch { ["help"] or ["help", "help"] => ["--help"], ["help", .. var rest] => [.. rest, "--help"], _ => args };
        if (args.Length == 0)
        {
            return Help.Print(root.Parse(["--help"]));
        }

        try
        {
            ParseResult parsed = root.Parse(ConfigFile.Merge(root, args), Parsing);
            if (parsed.Action is HelpAction)
            {
                if (parsed.CommandResult.Command is RootCommand && ParseErrors.UnknownName(parsed) is { } unknown)
                {
                    throw new UsageException(unknown); // the help of another command than the one that is meant helps nobody
                }

                return Help.Print(parsed);
            }

            var session = Session.Current;
            using IDisposable? signals = session.IsProcess && parsed.Action is not AsynchronousCommandLineAction ? Interrupt.Watch() : null; // a server looks after its own
            if (!args[0].StartsWith("[suggest", StringComparison.Ordinal))
            {
                if (ParseErrors.Explain(parsed) is { } mistake)
                {
                    throw new UsageException(mistake);
                }

                NamedFiles.Require(parsed);
            }

            session.Options = [.. parsed.CommandResult.Command.Options.Select(option => option.Name)];
            var invocation = new InvocationConfiguration { EnableDefaultExceptionHandler = false, Output = session.Output, Error = session.Error };
            if (!session.IsProcess)
            {
                invocation.ProcessTerminationTimeout = null; // signals are for others
            }

            return await parsed.InvokeAsync(invocation, session.Cancellation);
        }
        catch (UsageException error)
        {
            if (args is [var name] && root.Subcommands.Any(command => command.Name == name))
            {
                Help.Print(root.Parse([name, "--help"])); // a bare command that needs more
            }

            return Terminal.Fail(OptionNames.With(error.Message, error.Settings), ExitCode.Usage);
        }
        catch (DivergenceException error)
        {
            return Terminal.Fail(error.Message, ExitCode.Diverged);
        }
        catch (BackpropException error)
        {
            return Terminal.Fail(OptionNames.With(error.Message, error.Settings), ExitCode.Data);
        }
        catch (OperationCanceledException)
        {
            return Terminal.Fail("interrupted", ExitCode.Interrupted);
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
