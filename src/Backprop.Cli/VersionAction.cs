using System.CommandLine;
using System.CommandLine.Invocation;
using System.Reflection;
using Backprop.Cli.Output;

namespace Backprop.Cli;

/// <summary><c>--version</c>: the tool's, whatever program runs it.</summary>
internal sealed class VersionAction : SynchronousCommandLineAction
{
    public override int Invoke(ParseResult parseResult)
    {
        Terminal.Out.WriteLine(typeof(VersionAction).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion);
        return ExitCode.Done;
    }
}
