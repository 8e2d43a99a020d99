using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Loader;

namespace Backprop.Cli;

/// <summary>
/// What some commands need and not every installation has: ASP.NET Core, from beside the runtime that runs, and DuckDB, which is beside the tool or a
/// plug-in. The tool starts without either; what is missing when it is asked for is said, with what installs it.
/// </summary>
internal static class OptionalParts
{
    private const string AspNet = "Microsoft.AspNetCore.App";

    private static readonly Lazy<string?> s_aspNet = new(() => AspNetFolder(RuntimeEnvironment.GetRuntimeDirectory()));

    /// <summary>Where the plug-in for queries lies: of this version and no other, whose tables it makes.</summary>
    public static string QueriesFolder { get; } = Path.Combine(
        Environment.GetEnvironmentVariable("BACKPROP_PLUGINS") is { Length: > 0 } folder ? folder : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify), "backprop", "plugins"),
        $"sql-{Version}");

    /// <summary>The version of all packages.</summary>
    public static string Version => typeof(OptionalParts).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

    /// <summary>From here on assemblies that do not lie beside the tool are looked for where the parts are.</summary>
    public static void Register()
    {
        AssemblyLoadContext.Default.Resolving -= Resolve; // once in a process
        AssemblyLoadContext.Default.Resolving += Resolve;
    }

    /// <summary>Demands what <c>serve</c> takes.</summary>
    /// <exception cref="DataException">It is not there.</exception>
    public static void RequireAspNet()
    {
        if (!Has("Microsoft.AspNetCore"))
        {
            throw new DataException($"serve takes ASP.NET Core {Environment.Version.Major}, which is not beside the runtime in '{Path.TrimEndingDirectorySeparator(RuntimeEnvironment.GetRuntimeDirectory())}': install the package aspnetcore-runtime-{Environment.Version.Major}.0, or from https://dotnet.microsoft.com/download; all other commands do without");
        }
    }

    /// <summary>Demands what <c>--query</c> takes.</summary>
    /// <exception cref="DataException">It is not there.</exception>
    public static void RequireQueries()
    {
        if (!Has("Backprop.Sql"))
        {
            throw new DataException($"--query takes DuckDB, native code that this installation does not have: 'backprop plugin sql' fetches it into '{QueriesFolder}' (some 80 MB); tables in files are read without");
        }
    }

    /// <summary>ASP.NET Core beside a runtime: of the same version, or the newest of the same major one; null: none.</summary>
    /// <param name="runtime">The folder of the runtime: …/shared/Microsoft.NETCore.App/10.0.0.</param>
    public static string? AspNetFolder(string runtime)
    {
        string own = Path.TrimEndingDirectorySeparator(runtime), all = Path.Combine(own, "..", "..", AspNet);
        string same = Path.Combine(all, Path.GetFileName(own));
        if (Directory.Exists(same))
        {
            return same;
        }

        return !System.Version.TryParse(Path.GetFileName(own).Split('-')[0], out System.Version? mine) || !Directory.Exists(all) ? null
            : Directory.GetDirectories(all)
                .Select(folder => (folder, version: System.Version.TryParse(Path.GetFileName(folder).Split('-')[0], out System.Version? version) ? version : null))
                .Where(found => found.version?.Major == mine.Major)
                .MaxBy(found => found.version).folder;
    }

    private static bool Has(string assembly)
    {
        try
        {
            return Assembly.Load(assembly) is not null;
        }
        catch (IOException)
        {
            return false;
        }
    }

    /// <summary>Where nothing beside the tool has the name.</summary>
    private static Assembly? Resolve(AssemblyLoadContext context, AssemblyName name)
    {
        foreach (string? folder in new[] { s_aspNet.Value, QueriesFolder })
        {
            if (folder is not null && Path.Combine(folder, $"{name.Name}.dll") is var path && File.Exists(path))
            {
                return context.LoadFromAssemblyPath(path); // native code is found beside it
            }
        }

        return null;
    }
}
