using System.Globalization;
using System.Numerics;
using System.Text.Json;
using Backprop.ModelFiles;

namespace Backprop.Training;

/// <summary>
/// A folder of one run's checkpoints, numbered in the order they were written, and its history. Each is written whole or not at all, older
/// ones are deleted only after a newer one is on the disk, and each carries a hash of its own content: reading takes the newest that is whole.
/// While a run writes into it, no other process can; the checkpoints of another run are not touched unless that is asked for.
/// </summary>
public sealed class CheckpointFolder : IDisposable
{
    /// <summary>How many checkpoints are kept unless said.</summary>
    public const int DefaultKept = 3;

    private const string Prefix = "checkpoint-", Suffix = ".safetensors", HistoryPrefix = "history-", HistorySuffix = ".jsonl", LockName = ".lock";

    private readonly int _kept;
    private readonly bool _overwrite;
    private readonly IDisk _disk;
    private IDisposable? _lock;
    private bool _isNewLock;
    private HistoryFile? _history;
    private readonly HashSet<string> _overwritten = new(StringComparer.Ordinal); // histories of the run that is overwritten
    private HashSet<string>? _own;

    /// <summary>Names a folder; nothing is read or written yet.</summary>
    /// <param name="path">The folder; it is made when the first checkpoint is written.</param>
    /// <param name="kept">How many of the newest checkpoints are kept.</param>
    /// <param name="overwrite">Whether a new run may take the place of another one, whose checkpoints are deleted once there is one of the new.</param>
    /// <exception cref="UsageException">Fewer than one.</exception>
    public CheckpointFolder(string path, int kept = DefaultKept, bool overwrite = false) : this(path, kept, overwrite, Disk.Real)
    {
    }

    internal CheckpointFolder(string path, int kept, bool overwrite, IDisk disk)
    {
        ArgumentNullException.ThrowIfNull(path);
        (Path, _kept, _overwrite, _disk) = (path, kept >= 1 ? kept : throw new UsageException($"at least 1 checkpoint must be kept, {kept} found"), overwrite, disk);
    }

    /// <summary>The folder.</summary>
    public string Path { get; }

    /// <summary>Whether there are checkpoints in it, of whichever run.</summary>
    /// <exception cref="DataException">It cannot be looked into.</exception>
    public bool IsUsed => Guarded(Numbered).Count > 0;

    /// <summary>Takes the folder for a new run, until <see cref="Dispose"/>; <see cref="Write"/> does it where it has not been done.</summary>
    /// <exception cref="DataException">Another process uses it, or it holds checkpoints of another run, or it cannot be written in.</exception>
    public void Begin() => Begin(_overwrite);

    /// <summary>The same, whether or not it may overwrite.</summary>
    internal void Begin(bool overwrite)
    {
        if (_own is not null)
        {
            return;
        }

        Hold();
        if (!overwrite && IsUsed)
        {
            LetGo();
            throw new DataException($"'{Path}' holds checkpoints of another run: go on with that run, name another folder, or say that they are to be overwritten");
        }

        foreach ((string path, _) in Guarded(Numbered))
        {
            if (HistoryOf(path) is { } history)
            {
                _overwritten.Add(In(history));
            }
        }

        _own = new(StringComparer.Ordinal);
    }

    /// <summary>Adds a checkpoint, then deletes those that are too many, and at first those of a run that is overwritten.</summary>
    /// <param name="checkpoint">The state.</param>
    /// <param name="notes">Strings that <see cref="ReadNotes"/> gives back.</param>
    /// <exception cref="DataException">It cannot be written; the checkpoints before stay as they were. Or the folder is another run's.</exception>
    public void Write<T>(Checkpoint<T> checkpoint, IReadOnlyDictionary<string, string> notes) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        ArgumentNullException.ThrowIfNull(notes);
        Begin();
        (string file, HistoryMark mark) = Guarded(() =>
        {
            _disk.CreateFolder(Path);
            long next = Numbered().Select(file => file.Number).DefaultIfEmpty(0).Max() + 1;
            _history ??= new(In(string.Create(CultureInfo.InvariantCulture, $"{HistoryPrefix}{next:D8}{HistorySuffix}")), _disk);
            return (In(string.Create(CultureInfo.InvariantCulture, $"{Prefix}{next:D8}{Suffix}")), _history.Write(checkpoint.History));
        });
        checkpoint.ToFile(notes, mark).Write(file, _disk);
        _own!.Add(file);
        Tidy();
    }

    /// <summary>The strings that the newest whole checkpoint was written with.</summary>
    /// <exception cref="ModelException">No whole checkpoint in the folder.</exception>
    public IReadOnlyDictionary<string, string> ReadNotes() => Newest(file =>
    {
        _ = Checkpoint<float>.StateOf(file);
        return file.Metadata;
    });

    /// <summary>Reads the newest whole checkpoint. From now on the folder is this run's, which goes on.</summary>
    /// <exception cref="ModelException">No whole checkpoint in the folder, or none of this precision.</exception>
    /// <exception cref="DataException">Another process uses the folder.</exception>
    public Checkpoint<T> Read<T>() where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (IsUsed)
        {
            Hold();
        }

        HistoryFile? history = null;
        Checkpoint<T> newest;
        try
        {
            newest = Newest(file =>
            {
                RequirePrecision<T>(file);
                return Checkpoint<T>.FromFile(file, mark =>
                {
                    history?.Dispose(); // of one that was not whole
                    return (history = new(In(HistoryName(mark.File)), _disk)).Read(mark);
                });
            });
        }
        catch (ModelException)
        {
            LetGo();
            throw;
        }

        _history?.Dispose();
        _history = history;
        _own = [.. Numbered().Select(file => file.Path)];
        return newest;
    }

    /// <summary>Another process may use the folder.</summary>
    public void Dispose()
    {
        _lock?.Dispose();
        _lock = null;
        _history?.Dispose();
        _history = null;
        _own = null;
    }

    /// <summary>No other process may use the folder, until <see cref="Dispose"/>.</summary>
    /// <exception cref="DataException">Another one does.</exception>
    internal void Hold() => _lock ??= Guarded(() =>
    {
        _disk.CreateFolder(Path);
        _isNewLock = !_disk.Files(Path).Contains(In(LockName));
        return _disk.Lock(In(LockName)) ?? throw new DataException($"another run uses the checkpoint folder '{Path}' now");
    });

    /// <summary>The folder is not taken after all, and looks as it did.</summary>
    private void LetGo()
    {
        _lock?.Dispose();
        _lock = null;
        if (_isNewLock)
        {
            _disk.Delete(In(LockName));
        }
    }

    private string In(string name) => System.IO.Path.Combine(Path, name);

    private TResult Guarded<TResult>(Func<TResult> use)
    {
        try
        {
            return use();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException or ModelException)
        {
            throw new DataException($"cannot use the checkpoint folder '{Path}': {error.Message}", error);
        }
    }

    private TResult Newest<TResult>(Func<SafeTensorsFile, TResult> read)
    {
        ModelException? first = null;
        try
        {
            foreach ((string path, _) in Numbered().OrderByDescending(file => file.Number))
            {
                try
                {
                    return read(SafeTensorsFile.Read(path, _disk));
                }
                catch (ModelException error)
                {
                    first ??= error.Message.Contains(path, StringComparison.Ordinal) ? error : new ModelException($"'{path}': {error.Message}", error); // an older one may be whole
                }
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new ModelException($"cannot read the checkpoint folder '{Path}': {error.Message}", error);
        }

        throw first ?? new ModelException($"there is no checkpoint in '{Path}'");
    }

    private static void RequirePrecision<T>(SafeTensorsFile file)
    {
        string type = typeof(T) == typeof(float) ? "F32" : "F64";
        if (file.Tensors.FirstOrDefault(tensor => tensor.Name.StartsWith("parameters", StringComparison.Ordinal)) is { } parameters && parameters.Type != type)
        {
            throw new ModelException($"the checkpoint holds parameters of type {parameters.Type}, {type} expected");
        }
    }

    /// <summary>The history that a checkpoint names, if it is one.</summary>
    private string? HistoryOf(string path)
    {
        try
        {
            using JsonDocument state = JsonDocument.Parse(Checkpoint<float>.StateOf(SafeTensorsFile.Read(path, _disk)));
            return state.RootElement.TryGetProperty("history", out JsonElement mark) && mark.GetProperty("file").GetString() is { } name ? HistoryName(name) : null;
        }
        catch (Exception error) when (error is ModelException or JsonException or InvalidOperationException or KeyNotFoundException)
        {
            return null; // whose that was cannot be told, and nothing but checkpoints is deleted with it
        }
    }

    /// <summary>What a checkpoint names is a file in its folder and nothing else.</summary>
    private static string HistoryName(string name) => IsHistory(name) && name.AsSpan().IndexOfAny('/', '\\') < 0
        ? name
        : throw new ModelException($"the checkpoint names '{name}' as its history");

    private static bool IsHistory(string name) => name.StartsWith(HistoryPrefix, StringComparison.Ordinal) && name.EndsWith(HistorySuffix, StringComparison.Ordinal);

    private List<(string Path, long Number)> Numbered() => [.. _disk.Files(Path).Select(path => (path, NumberOf(System.IO.Path.GetFileName(path)))).Where(file => file.Item2 > 0)];

    /// <summary>Whether a file of that name is taken for a checkpoint, and so deleted when newer ones have come.</summary>
    public static bool IsCheckpoint(string name) => NumberOf(name) > 0 || IsHistory(name) || name == LockName;

    private static long NumberOf(string name) =>
        name.StartsWith(Prefix, StringComparison.Ordinal) && name.EndsWith(Suffix, StringComparison.Ordinal)
        && long.TryParse(name.AsSpan(Prefix.Length, name.Length - Prefix.Length - Suffix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out long number)
            ? number
            : 0;

    /// <summary>Deletes what is too much in a folder that is this run's. What cannot be deleted now is tried again after the next checkpoint: it does no harm but to take space.</summary>
    internal void Tidy()
    {
        if (_own is null)
        {
            return;
        }

        try
        {
            var own = Numbered().Where(file => _own.Contains(file.Path)).OrderByDescending(file => file.Number).Take(_kept).Select(file => file.Path).ToHashSet(StringComparer.Ordinal);
            foreach (string path in _disk.Files(Path))
            {
                string name = System.IO.Path.GetFileName(path);
                bool isLeftOver = name.StartsWith('.' + Prefix, StringComparison.Ordinal) && name.EndsWith(AtomicFile.TemporarySuffix, StringComparison.Ordinal);
                if (isLeftOver || (NumberOf(name) > 0 && !own.Contains(path)) || (_overwritten.Contains(path) && path != _history?.Path))
                {
                    _disk.Delete(path);
                    _own.Remove(path);
                }
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
        }
    }
}
