using System.Diagnostics;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Loader;
using Backprop.ModelFiles;

namespace Backprop.Cli;

/// <summary>
/// What some commands need and not every installation has: ASP.NET Core, from beside the runtime that runs, and DuckDB, which is beside the tool or a
/// plug-in. The tool starts without either; what is missing when it is asked for is said, with what installs it.
/// </summary>
internal static class OptionalParts
{
    private const string AspNet = "Microsoft.AspNetCore.App";

    private static readonly Lazy<string?> s_aspNet = new(() => AspNetFolder(RuntimeEnvironment.GetRuntimeDirectory()));

    /// <summary>Whether queries come from the plug-in, and not from beside the tool.</summary>
    private static volatile bool s_takesPlugin;

    /// <summary>Where the plug-in for queries lies: of this version and no other, whose tables it makes.</summary>
    public static PluginFolder Queries { get; } = new(Path.Combine(
        PluginsFolder(Environment.GetEnvironmentVariable("BACKPROP_PLUGINS"), Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify)),
        $"sql-{Version}"));

    /// <summary>The version of all packages.</summary>
    public static string Version => typeof(OptionalParts).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

    /// <summary>The version of an assembly's package, without running any of it; null: there is none.</summary>
    public static string? VersionOf(string assembly) => File.Exists(assembly) ? FileVersionInfo.GetVersionInfo(assembly).ProductVersion?.Split('+')[0] : null;

    /// <summary>Where plug-ins lie, in full: what is loaded must not be of whatever folder is the current one.</summary>
    /// <param name="given">The folder that the user names; null or empty: none.</param>
    /// <param name="data">The user's folder for application data; empty: there is none.</param>
    public static string PluginsFolder(string? given, string data) =>
        given is { Length: > 0 } ? Path.GetFullPath(given) : Path.Combine(data.Length > 0 ? data : AppContext.BaseDirectory, "backprop", "plugins");

    /// <summary>The file by which the user says where packages come from; null: there is none.</summary>
    public static string? NuGetConfiguration()
    {
        string profile = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile, Environment.SpecialFolderOption.DoNotVerify);
        string folder = Platform.Current.IsWindows ? Environment.GetFolderPath(Environment.SpecialFolder.ApplicationData) : Path.Combine(Environment.GetEnvironmentVariable("DOTNET_CLI_HOME") is { Length: > 0 } home ? home : profile, ".nuget");
        string file = Path.Combine(folder, "NuGet", "NuGet.Config");
        return Path.IsPathFullyQualified(file) && File.Exists(file) ? file : null;
    }

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
    /// <exception cref="DataException">It is not there, or damaged.</exception>
    public static void RequireQueries()
    {
        bool isLoaded = Has("Backprop.Sql");
        if (!isLoaded && !Directory.Exists(Queries.Path))
        {
            throw new DataException($"--query takes DuckDB, native code that this installation does not have: 'backprop plugin sql' fetches it into '{Queries.Path}' (some 80 MB); tables in files are read without");
        }

        if ((s_takesPlugin || !isLoaded) && (Queries.Damage(reads: false) ?? (isLoaded ? null : "it cannot be loaded")) is { } damage)
        {
            throw new DataException($"--query takes the plug-in in '{Queries.Path}', which is damaged: {damage}; 'backprop plugin sql --overwrite' fetches it anew");
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
        catch (Exception error) when (error is IOException or BadImageFormatException)
        {
            return false;
        }
    }

    /// <summary>Where nothing beside the tool has the name.</summary>
    private static Assembly? Resolve(AssemblyLoadContext context, AssemblyName name)
    {
        foreach (string? folder in new[] { s_aspNet.Value, Queries.Path })
        {
            if (folder is not null && Path.Combine(folder, $"{name.Name}.dll") is var path && File.Exists(path))
            {
                s_takesPlugin |= folder == Queries.Path;
                return context.LoadFromAssemblyPath(path); // native code is found beside it
            }
        }

        return null;
    }
}
