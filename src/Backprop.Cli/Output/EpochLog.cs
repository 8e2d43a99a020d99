using System.Text;
using Backprop.ModelFiles;
using Backprop.Training;

namespace Backprop.Cli.Output;

/// <summary>The file of <c>--log</c>: a line of JSON for every epoch. Where it cannot be written, on a full disk say, that is said once and costs nothing but the log.</summary>
internal sealed class EpochLog : IDisposable
{
    private readonly string _path;
    private readonly string? _keptBy;
    private readonly Action _beforeWarning;
    private readonly StreamWriter _file;

    /// <param name="path">The file.</param>
    /// <param name="keptBy">The figure of the validation rows that is watched; null: there are none.</param>
    /// <param name="before">The epochs that a resumed run has behind it, each with its network where there are several: the log says them, and nothing that came after them.</param>
    /// <param name="beforeWarning">What is done before a warning is written.</param>
    /// <exception cref="DataException">The log cannot be written.</exception>
    public EpochLog(string path, string? keptBy, IEnumerable<(int? Member, EpochResult Epoch)> before, Action beforeWarning)
    {
        (_path, _keptBy, _beforeWarning, _file) = (path, keptBy, beforeWarning, Open(path));
        try
        {
            WriteAll(before);
        }
        catch (IOException error)
        {
            throw new DataException($"cannot write '{path}': {error.Message}", error);
        }
    }

    /// <summary>Why the log is not whole; null: it is.</summary>
    public string? Unsaved { get; private set; }

    /// <summary>One more epoch.</summary>
    /// <param name="member">Which network's, counted from 1; null: there is one.</param>
    /// <param name="epoch">The epoch.</param>
    public void Add(int? member, EpochResult epoch) => Guarded(() =>
    {
        _file.WriteLine(Json(member, epoch));
        _file.Flush();
    });

    /// <summary>The log from its beginning: one history, whatever was taken back.</summary>
    public void Rewrite(IEnumerable<(int? Member, EpochResult Epoch)> epochs) => Guarded(() => WriteAll(epochs));

    public void Dispose()
    {
        try
        {
            _file.Dispose();
        }
        catch (IOException)
        {
            // a full disk has been told of, and what could not be written is not asked for again
        }
    }

    private void WriteAll(IEnumerable<(int? Member, EpochResult Epoch)> epochs)
    {
        _file.Flush();
        if (_file.BaseStream is { CanSeek: true, Length: > 0 })
        {
            _file.BaseStream.SetLength(0);
        }

        foreach ((int? member, EpochResult epoch) in epochs)
        {
            _file.WriteLine(Json(member, epoch));
        }

        _file.Flush();
    }

    private void Guarded(Action write)
    {
        if (Unsaved is not null)
        {
            return;
        }

        try
        {
            write();
        }
        catch (IOException error)
        {
            Unsaved = $"the log '{_path}' is not whole: {error.Message}";
            _beforeWarning();
            Terminal.Warn($"{Unsaved}; training goes on");
        }
    }

    private string Json(int? member, EpochResult epoch) => JsonLine.Of(json =>
    {
        if (member is { } number)
        {
            json.WriteNumber("member", number);
        }

        json.WriteNumber("epoch", epoch.Epoch);
        json.WriteNumber("steps", epoch.Steps);
        json.Number("loss", epoch.Loss);
        json.Number("learning_rate", epoch.LearningRate);
        json.Number("seconds", epoch.Seconds);
        json.Number("validation_seconds", epoch.ValidationSeconds);
        json.Number("wall_seconds", epoch.WallSeconds);
        if (epoch.Validation is { } validation)
        {
            json.WriteStartObject("validation");
            json.WriteNumber("rows", validation.Rows);
            json.Number("loss", validation.Loss);
            json.Metrics(validation with { Confusion = null, WeightedConfusion = null, PerClass = null });
            json.WriteEndObject();
            json.WriteString("kept_by", _keptBy);
            json.WriteBoolean("best", epoch.IsBest);
        }
    });

    private static StreamWriter Open(string path)
    {
        try
        {
            string target = AtomicFile.Target(path);
            if (!AtomicFile.IsDevice(target))
            {
                File.Delete(target); // a new file: another name of the old one, a hard link, keeps what it holds
            }

            return new(new FileStream(WorkingFolder.Full(path), FileMode.OpenOrCreate, FileAccess.Write, FileShare.Read), new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new DataException($"cannot write '{path}': {error.Message}", error);
        }
    }
}
