using System.CommandLine;
using Backprop.Cli.Input;
using Backprop.Cli.Output;
using Backprop.Cli.Pages;
using Backprop.Pages.Runs;
using Backprop.Tables.Models;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Backprop.Cli.Commands;

/// <summary><c>serve [MODEL] [DATA]</c>.</summary>
internal static class ServeCommand
{
    public static Command Create()
    {
        var model = new Argument<string?>("MODEL") { Arity = ArgumentArity.ZeroOrOne, Description = "A model file to start from" };
        var port = new Option<int?>("--port") { Description = $"Where to listen (default: {PageServer.DefaultPort}, or any free one where that is taken; 0: any free one)", HelpName = "P" };
        var common = new CommonOptions();
        var command = new Command("serve", "A page on 127.0.0.1 that trains live and shows the derivative of any parameter") { model };
        common.AddSourceTo(command);
        Option<int?> member = CommonOptions.Member();
        command.Add(port);
        command.Add(member);
        NumberOptions.ReadStrictly(command);
        command.SetAction((parsed, cancellation) =>
        {
            int? chosen = parsed.GetValue(port);
            if (chosen is < 0 or > 65535)
            {
                throw new UsageException($"--port must be from 0 to 65535, found {chosen}");
            }

            OptionalParts.RequireAspNet();
            (string? modelPath, string? dataPath) = (parsed.GetValue(model), parsed.GetValue(common.Data));
            if (modelPath is not null && dataPath is null && !modelPath.EndsWith(".safetensors", StringComparison.OrdinalIgnoreCase))
            {
                (modelPath, dataPath) = (null, modelPath); // DATA alone
            }

            DataSource? source = dataPath is not null && parsed.GetValue(common.Data) is null ? DataSource.Named(dataPath, common.Reading(parsed)) : common.NamesRows(parsed) ? common.Source(parsed) : null;
            GivenFiles given = NoteLines.Of(notes => GivenFiles.Read(modelPath, source, common.Targets(parsed), common.BadCellsOf(parsed), parsed.GetValue(member), notes));
            return Serve(given, chosen, cancellation);
        });
        return command;
    }

    private static async Task<int> Serve(GivenFiles given, int? port, CancellationToken cancellation)
    {
        await using WebApplication app = PageServer.Build(given, port);
        try
        {
            await app.StartAsync(cancellation);
        }
        catch (IOException error)
        {
            throw new UsageException($"port {port} cannot be had: {error.Message}");
        }

        string address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        Terminal.Out.WriteLine(address);
        _ = PageServer.WarmUp(given, address, cancellation);
        Terminal.Say("Open this address in a browser. Ctrl-C ends.");
        await app.WaitForShutdownAsync(cancellation);
        return ExitCode.Interrupted;
    }
}
