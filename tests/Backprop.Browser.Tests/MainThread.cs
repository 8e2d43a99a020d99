using System.Text.Json;
using Microsoft.Playwright;

namespace Backprop.Browser.Tests;

/// <summary>What Chromium traces of its tasks: how long each has a processor, whatever else runs on the machine.</summary>
public sealed class MainThread : IAsyncDisposable
{
    private readonly ICDPSession _session;
    private readonly List<double> _tasks = [];
    private readonly TaskCompletionSource _isComplete = new();

    private MainThread(ICDPSession session)
    {
        _session = session;
        session.Event("Tracing.dataCollected").OnEvent += (_, data) =>
        {
            foreach (JsonElement task in data!.Value.GetProperty("value").EnumerateArray().Where(entry => entry.GetProperty("name").GetString() is "RunTask" or "ThreadControllerImpl::RunTask"))
            {
                if (task.TryGetProperty("tdur", out JsonElement microseconds))
                {
                    _tasks.Add(microseconds.GetDouble() / 1000);
                }
            }
        };
        session.Event("Tracing.tracingComplete").OnEvent += (_, _) => _isComplete.TrySetResult();
    }

    /// <summary>Begins to watch.</summary>
    public static async Task<MainThread> Watch(ICDPSession session)
    {
        var thread = new MainThread(session);
        await session.SendAsync("Tracing.start", new() { ["transferMode"] = "ReportEvents", ["traceConfig"] = new { includedCategories = new[] { "toplevel" } } });
        return thread;
    }

    /// <summary>Ends it: milliseconds of a processor that the longest task took, of any thread.</summary>
    public async Task<double> LongestTask()
    {
        await _session.SendAsync("Tracing.end");
        await _isComplete.Task;
        return _tasks.DefaultIfEmpty(0).Max();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await _session.DetachAsync();
}
