using System.CommandLine;
using Backprop.Cli.Commands;
using Backprop.Cli.Output;

namespace Backprop.Cli;

/// <summary>The backprop command-line tool.</summary>
internal static class Program
{
    private static async Task<int> Main(string[] args)
    {
        var root = new RootCommand("""
            Trains dense feed-forward networks by exact back propagation, and proves every derivative.

            Examples:
              backprop train                                        on the embedded digits
              backprop train iris.csv --target species -o iris.safetensors
              backprop evaluate model.safetensors test.csv
              backprop check model.safetensors builtin:digits
            """)
        {
            TrainCommand.Create(), EvaluateCommand.Create(), PredictCommand.Create(), SummaryCommand.Create(),
            GradientCommand.Create(), CheckCommand.Create(), DataCommand.Create(),
        };
        if (args.Length == 0)
        {
            return await root.Parse(["--help"]).InvokeAsync();
        }

        try
        {
            ParseResult parsed = root.Parse(ConfigFile.Merge(root, args));
            if ((parsed.Errors.Count > 0 || ParseErrors.HasUnknownOption(parsed)) && parsed.Action is not System.CommandLine.Help.HelpAction)
            {
                throw new UsageException(ParseErrors.Explain(parsed));
            }

            return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
        }
        catch (UsageException error)
        {
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
    }
}
