using System.Collections.Concurrent;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;

namespace Backprop.Cli.Pages.Export;

/// <summary>Files that open tabs offer, made when they are asked for. A tab's address cannot be guessed, and ends with the tab.</summary>
internal sealed class Downloads
{
    private readonly ConcurrentDictionary<string, Func<string, DownloadFile?>> _tabs = new(StringComparer.Ordinal);

    /// <summary>Offers a tab's files, by name, under the key that is returned.</summary>
    public string Offer(Func<string, DownloadFile?> make)
    {
        string key = Convert.ToHexString(RandomNumberGenerator.GetBytes(16));
        _tabs[key] = make;
        return key;
    }

    /// <summary>Ends a tab's offer.</summary>
    public void Withdraw(string key) => _tabs.TryRemove(key, out _);

    /// <summary>Answers a request.</summary>
    public IResult Serve(string key, string name) =>
        _tabs.TryGetValue(key, out Func<string, DownloadFile?>? make) && make(name) is { } file
            ? Results.File(file.Content, file.Type, file.Name)
            : Results.NotFound();
}
